import { Stack } from '../core/stack';
import { briefYaml } from './brief-yaml';
import type { Resource } from './resources';
import { Template } from './template';

const HASH = '<hash>';
const OMITTED = '<text>';
/** A text of more lines is a file of its own. */
const LINES = 20;

/**
 * Prints a {@link Template}, or a stack on each of its targets, for `toMatchSnapshot()`: every resource as YAML in few
 * lines, then the names of the files beside. What changes with any change of a file's content, such as a hash that makes
 * containers start anew, is a placeholder; so are texts of more than 20 lines, which `template.file(path)` shows. Left out is
 * what all have: the namespace of the stack, and the kind, which stands above.
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

function printTemplate(template: Template): string {
  const { title, resources, emission: { files, rendering: { documents } } } = template;
  const beside = [...files].filter(([path, file]) => 'text' in file && !isOfDocuments(path, documents)).map(([path]) => path);
  return [`# ${title}`, printResources(template, resources), ...(beside.length > 0 ? [`--- # files\n${beside.sort().map(path => `- ${path}`).join('\n')}`] : [])].join('\n');
}

/** Some resources of a template. */
export function printResources(template: Template, resources: readonly Resource[]): string {
  const print = { namespace: template.emission.graph.stack.projectName, made: madeImages(template) };
  return resources.map(resource => `--- # ${resource.id}\n${briefYaml(stable(resource, print))}`).join('\n');
}

/** Images that are built around others: they are tagged by what they are built from. */
function madeImages({ resources }: Template): ReadonlySet<string> {
  return new Set(resources.flatMap(({ body }) => {
    const { image, build } = body as { readonly image?: string; readonly build?: object };
    return image && build && /:[0-9a-f]{12}$/.test(image) ? [image] : [];
  }));
}

function isOfDocuments(path: string, documents: readonly { readonly path: string }[]): boolean {
  return path === 'compose.yaml' || documents.some(document => document.path === path);
}

/** What stays the same as long as nothing but the content of files changes, and says nothing twice. */
function stable({ kind, name, body }: Resource, { namespace, made }: { readonly namespace: string; readonly made: ReadonlySet<string> }): object {
  const { metadata, image, ...rest } = withPlaceholders(body) as { readonly metadata?: Metadata; readonly image?: string; readonly kind?: string; readonly apiVersion?: string };
  if (image) return { image: made.has(image) ? image.replace(/[^:]*$/, HASH) : image, ...rest };
  if (!metadata) return rest;
  const { kind: _, apiVersion, ...spec } = rest;
  const { namespace: own, ...named } = metadata;
  // Each release has a Job of its own.
  if (kind === 'Job' && named.name !== name) named.name = `${name}-${HASH}`;
  return { apiVersion, metadata: own === undefined || own === namespace ? named : { ...named, namespace: own }, ...spec };
}

interface Metadata { name?: string; readonly namespace?: string }

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
    return lines > LINES ? OMITTED : value;
  }
  if (Array.isArray(value)) return value.map(item => withPlaceholders(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(key === 'labels' ? labelsInShort(value) : value).map(([name, inner]) => [name, withPlaceholders(inner, name)]));
  }
  return value;
}
