import { DEFAULT_SCALAR_STYLE_RULES, DUMP_SCHEMA, jsToAst, present, SCALAR_STYLE, type ScalarStyleRule } from 'js-yaml';

/** What Docker's and Kubernetes' readers, written in Go, take for a number, though no version of YAML does: `0X1F`, `1_e3`. */
const GO_NUMBER = /^[-+]?(?:0[box]-?\d|0[XBO]|[\d.][\w.+-]*_|_)/;

const quoteGoNumbers: ScalarStyleRule = layout => {
  if (layout.style === SCALAR_STYLE.PLAIN && GO_NUMBER.test(layout.node.value)) layout.style = SCALAR_STYLE.SINGLE_QUOTED;
};

const scalarStyleRules = [quoteGoNumbers, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];

/** The text of documents, parted by `---`. Every string that some reader could mistake for something else is quoted. */
export function yaml(...documents: readonly object[]): string {
  return documents.map(document => `${textOf(document, '')}\n`).join('---\n');
}

/** The text of a mapping of many entries. */
export function yamlEntries(entries: readonly (readonly [key: string, value: object])[]): string {
  return entries.map(([key, value]) => `${entryOf(key, value, '')}\n`).join('');
}

/**
 * A value as js-yaml writes it. That asks of every scalar in turn all that it could be, and here most are said again and again:
 * lists and plain objects are put together right here, and it is asked for scalars only. Further lines begin with `indent`.
 */
function textOf(value: unknown, indent: string): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : value.map(item => `- ${textOf(item ?? null, `${indent}  `)}`).join(`\n${indent}`);
  if (!isMapping(value)) return scalarOf(value, indent);
  const entries: string[] = [];
  for (const key of Object.keys(value)) if (value[key] !== undefined) entries.push(entryOf(key, value[key], indent));
  return entries.length === 0 ? '{}' : entries.join(`\n${indent}`);
}

function entryOf(key: string, value: unknown, indent: string): string {
  // A key that takes a line of its own.
  if (key.length > LONGEST_KEY || key.includes('\n')) return indented(print({ [key]: value }), indent);
  const inner = `${indent}  `;
  const text = textOf(value, inner);
  const isBlock = text !== '[]' && text !== '{}' && (Array.isArray(value) || isMapping(value));
  return `${scalarOf(key, '')}:${isBlock ? `\n${inner}` : ' '}${text}`;
}

const LONGEST_KEY = 1000;

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Strings of one line, with their quotes where they need any. */
const known = new Map<string, string>();
const MOST_KNOWN = 10_000;

function scalarOf(value: unknown, indent: string): string {
  if (typeof value === 'boolean' || (Number.isSafeInteger(value) && !Object.is(value, -0))) return String(value);
  if (typeof value !== 'string' || value.length > LONGEST_KEY || value.includes('\n')) return indented(print({ k: value }).slice(3), indent.slice(2));
  let text = known.get(value);
  if (text === undefined) {
    text = print({ k: value }).slice(3);
    if (known.size === MOST_KNOWN) known.clear();
    known.set(value, text);
  }
  return text;
}

function print(document: object): string {
  return present([{ contents: jsToAst(document, DUMP_SCHEMA, { noRefs: true })[0]!.contents, directives: [] }], { schema: DUMP_SCHEMA, lineWidth: -1, scalarStyleRules }).replace(/\n(?:\.\.\.\n)?$/, '');
}

function indented(text: string, by: string): string {
  return text.includes('\n') ? text.replace(/\n(?=[^\n])/g, `\n${by}`) : text;
}
