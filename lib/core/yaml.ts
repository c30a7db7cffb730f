import { DEFAULT_SCALAR_STYLE_RULES, DUMP_SCHEMA, jsToAst, present, SCALAR_STYLE, type ScalarStyleRule } from 'js-yaml';

/** What Docker's and Kubernetes' readers, written in Go, take for a number, though no version of YAML does: `0X1F`, `1_e3`. */
const GO_NUMBER = /^[-+]?(?:0[box]-?\d|0[XBO]|[\d.][\w.+-]*_|_)/;

const quoteGoNumbers: ScalarStyleRule = layout => {
  if (layout.style === SCALAR_STYLE.PLAIN && GO_NUMBER.test(layout.node.value)) layout.style = SCALAR_STYLE.SINGLE_QUOTED;
};

/** js-yaml's own rules of how a scalar is written, and one more. */
export const scalarStyleRules = [quoteGoNumbers, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];

/** The text of documents, parted by `---`. Every string that some reader could mistake for something else is quoted. */
export function yaml(...documents: readonly object[]): string {
  return documents.map(document => {
    const out: string[] = [];
    write(out, document, '');
    out.push('\n');
    return out.join('');
  }).join('---\n');
}

/** The text of a mapping of many entries. */
export function yamlEntries(entries: readonly (readonly [key: string, value: object])[]): string {
  return entries.map(([key, value]) => yaml({ [key]: value })).join('');
}

/**
 * A value as js-yaml writes it. That asks of every scalar in turn all that it could be, and here most are said again and again:
 * lists and plain objects are put together right here, and it is asked for scalars only. Further lines begin with `indent`.
 * Pieces are joined once, for each document: strings put together at each level would be copied at each.
 */
function write(out: string[], value: unknown, indent: string): void {
  if (Array.isArray(value)) {
    if (value.length === 0) out.push('[]');
    const inner = `${indent}  `;
    value.forEach((item: unknown, i) => {
      if (i > 0) out.push('\n', indent);
      out.push('- ');
      write(out, item ?? null, inner);
    });
  } else if (isMapping(value)) {
    let isEmpty = true;
    for (const key of Object.keys(value)) {
      if (value[key] === undefined) continue;
      if (!isEmpty) out.push('\n', indent);
      isEmpty = false;
      writeEntry(out, key, value[key], indent);
    }
    if (isEmpty) out.push('{}');
  } else {
    out.push(scalarOf(value, indent));
  }
}

function writeEntry(out: string[], key: string, value: unknown, indent: string): void {
  // A key that takes a line of its own.
  if (key.length > LONGEST_KEY || key.includes('\n')) {
    out.push(indented(print({ [key]: value }), indent));
    return;
  }
  const inner = `${indent}  `;
  out.push(scalarOf(key, ''), ':');
  if (isBlock(value)) out.push('\n', inner);
  else out.push(' ');
  write(out, value, inner);
}

function isBlock(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (!isMapping(value)) return false;
  for (const key in value) if (value[key] !== undefined) return true;
  return false;
}

const LONGEST_KEY = 1000;

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** What needs no quotes in any version of YAML, but for the words that mean something there. */
const PLAIN = /^[A-Za-z/][\w/.-]*$/;
const WORD = /^(?:true|false|yes|no|on|off|y|n|null)$/i;

/** What js-yaml writes as a literal block, and as nothing else: lines of visible ASCII, none of which ends with a space. */
const LINES = /^[!-~](?:[ -~]*[!-~])?(?:\n+ *[!-~](?:[ -~]*[!-~])?)+\n?$/;

/** Strings of one line, with their quotes where they need any. */
const known = new Map<string, string>();
const MOST_KNOWN = 10_000;

function scalarOf(value: unknown, indent: string): string {
  if (typeof value === 'boolean' || (Number.isSafeInteger(value) && !Object.is(value, -0))) return String(value);
  if (typeof value === 'string' && value.length < LONGEST_KEY && PLAIN.test(value) && !WORD.test(value)) return value;
  if (typeof value === 'string' && LINES.test(value)) return indented(`|${value.endsWith('\n') ? '' : '-'}\n${value.trimEnd()}`, indent);
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
