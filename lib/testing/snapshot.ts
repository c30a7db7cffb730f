import { Stack } from '../core/stack';
import { yaml } from '../core/yaml';
import type { Resource } from './resources';
import { Template } from './template';

const HASH = '<hash>';
/** A text of more lines is a file of its own. */
const LINES = 20;

/**
 * Prints a {@link Template}, or a stack on each of its targets, for `toMatchSnapshot()`: every resource as YAML, then the
 * names of the files beside. What changes with any change of a file's content, such as a hash that makes containers start
 * anew, is a placeholder; so are texts of more than 20 lines, which `template.file(path)` shows.
 *
 * ```ts
 * import { expect, test } from '@jest/globals';
 * import { Compose } from 'compose8s';
 * import { snapshotSerializer, Template } from 'compose8s/testing';
 * import { shop } from './shop';
 *
 * expect.addSnapshotSerializer(snapshotSerializer);
 *
 * test('the whole shop on Compose', () => {
 *   expect(Template.of(shop(), new Compose())).toMatchSnapshot();
 * });
 * ```
 */
export const snapshotSerializer = {
  /** Whether it is one to print. */
  test: (value: unknown): boolean => value instanceof Template || Stack.isStack(value),
  /** The text of the snapshot. */
  serialize: (value: Template | Stack): string => templatesOf(value).map(printTemplate).join('\n'),
};

/** A template by itself, or a stack on each of its targets. */
export function templatesOf(actual: unknown): readonly Template[] {
  if (actual instanceof Template) return [actual];
  if (!Stack.isStack(actual)) throw new TypeError('expected a Stack or a Template: expect(stack), or expect(Template.of(stack, new Compose()))');
  if (actual.targets.length === 0) throw new Error(`${actual.node.path} has no targets: give it one, or look at Template.of(stack, new Compose())`);
  return actual.targets.map(target => Template.of(actual, target));
}

function printTemplate({ title, resources, emission }: Template): string {
  const beside = [...emission.files].filter(([path, file]) => 'text' in file && !isOfDocuments(path, emission.rendering.documents)).map(([path]) => path);
  return [
    `# ${title}`,
    ...resources.map(resource => `--- # ${resource.id}\n${yaml(stable(resource)).trimEnd()}`),
    ...(beside.length > 0 ? [`--- # files\n${yaml(beside.sort()).trimEnd()}`] : []),
  ].join('\n');
}

function isOfDocuments(path: string, documents: readonly { readonly path: string }[]): boolean {
  return path === 'compose.yaml' || documents.some(document => document.path === path);
}

/** What stays the same as long as nothing but the content of files changes. */
function stable({ kind, name, body }: Resource): object {
  const { metadata, image, ...rest } = withPlaceholders(body) as { readonly metadata?: { readonly name?: string }; readonly image?: string; readonly build?: object };
  return {
    // Each release has a Job of its own.
    ...(metadata ? { ...pick(rest, 'apiVersion', 'kind'), metadata: kind === 'Job' && metadata.name !== name ? { ...metadata, name: `${name}-${HASH}` } : metadata } : {}),
    // What is made around another image is tagged by it.
    ...(image ? { image: rest.build ? image.replace(/:[0-9a-f]{12}$/, `:${HASH}`) : image } : {}),
    ...rest,
  };
}

function pick(object: object, ...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)));
}

/** In each object and each pod template the same. */
const OF_THE_STACK = ['instance', 'part-of', 'managed-by'].map(name => `app.kubernetes.io/${name}`);

function labelsInShort(labels: object): object {
  if (!OF_THE_STACK.every(label => label in labels)) return labels;
  return Object.fromEntries(Object.entries(labels).flatMap(([label, value]) => (label === OF_THE_STACK[0] ? [['app.kubernetes.io/…', '<of the stack>']] : OF_THE_STACK.includes(label) ? [] : [[label, value]])));
}

/** Labels and annotations that carry a hash, labels that all have, and long texts. */
function withPlaceholders(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (/^compose8s[./](content|schedule)$/.test(key)) return HASH;
    const lines = value.replace(/\n$/, '').split('\n').length;
    return lines > LINES ? `<${lines} lines>` : value;
  }
  if (Array.isArray(value)) return value.map(item => withPlaceholders(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(key === 'labels' ? labelsInShort(value) : value).map(([name, inner]) => [name, withPlaceholders(inner, name)]));
  }
  return value;
}
