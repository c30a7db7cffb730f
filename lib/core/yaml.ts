import { DEFAULT_SCALAR_STYLE_RULES, DUMP_SCHEMA, jsToAst, present, SCALAR_STYLE, type ScalarStyleRule } from 'js-yaml';

/** What Docker's and Kubernetes' readers, written in Go, take for a number, though no version of YAML does: `0X1F`, `1_e3`. */
const GO_NUMBER = /^[-+]?(?:0[box]-?\d|0[XBO]|[\d.][\w.+-]*_|_)/;

const quoteGoNumbers: ScalarStyleRule = layout => {
  if (layout.style === SCALAR_STYLE.PLAIN && GO_NUMBER.test(layout.node.value)) layout.style = SCALAR_STYLE.SINGLE_QUOTED;
};

const scalarStyleRules = [quoteGoNumbers, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];

/** Reading the options costs js-yaml as much as printing a small document, so that many are printed at once; all at once would fill the memory. */
const AT_ONCE = 64;

/** The text of documents, parted by `---`. Every string that some reader could mistake for something else is quoted. */
export function yaml(...documents: readonly object[]): string {
  return inChunks(documents).map(print).join('---\n');
}

/** The text of a mapping of many entries. */
export function yamlEntries(entries: readonly (readonly [key: string, value: object])[]): string {
  return inChunks(entries).map(chunk => print([Object.fromEntries(chunk)])).join('');
}

function print(documents: readonly object[]): string {
  return present(documents.flatMap(document => jsToAst(document, DUMP_SCHEMA, { noRefs: true })), { schema: DUMP_SCHEMA, lineWidth: -1, scalarStyleRules });
}

function inChunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, i) => items.slice(i * AT_ONCE, (i + 1) * AT_ONCE));
}
