import { COLLECTION_STYLE, DEFAULT_SCALAR_STYLE_RULES, DUMP_SCHEMA, jsToAst, present, SCALAR_STYLE, type MappingNode, type Node, type ScalarStyleRule } from 'js-yaml';

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
  const contents = documents.map(document => ({ contents: nodeOf(document), directives: [] }));
  return present(contents, { schema: DUMP_SCHEMA, lineWidth: -1, scalarStyleRules });
}

/**
 * The node of a value, as `jsToAst` makes it. That asks every type of YAML whether a value is one of its own; here nearly all
 * are strings, lists and plain objects, which is seen at once.
 */
function nodeOf(value: unknown): Node {
  if (typeof value === 'string') return scalar('str', value);
  if (typeof value === 'boolean') return scalar('bool', String(value));
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return scalar('int', String(value));
  if (Array.isArray(value)) {
    return { kind: 'sequence', tag: `${TAG}seq`, tagged: false, style: COLLECTION_STYLE.BLOCK, items: value.map(item => nodeOf(item ?? null)) };
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const items: MappingNode['items'] = [];
    for (const key of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[key];
      if (item !== undefined) items.push({ key: scalar('str', key), value: nodeOf(item) });
    }
    return { kind: 'mapping', tag: `${TAG}map`, tagged: false, style: COLLECTION_STYLE.BLOCK, items };
  }
  return jsToAst(value, DUMP_SCHEMA, { noRefs: true })[0]!.contents!;
}

const TAG = 'tag:yaml.org,2002:';

function scalar(type: 'str' | 'bool' | 'int', value: string): Node {
  return { kind: 'scalar', tag: TAG + type, tagged: false, style: SCALAR_STYLE.PLAIN, value };
}

function inChunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, i) => items.slice(i * AT_ONCE, (i + 1) * AT_ONCE));
}
