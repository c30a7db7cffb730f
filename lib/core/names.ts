import type { IConstruct } from 'constructs';

/**
 * The name of a construct on every target: its path below the stack, without hidden `Default`s, in the letters that DNS
 * allows. Lengths and collisions are checked by the graph.
 */
export function nameBelow(stack: IConstruct, construct: IConstruct): string {
  const ids: string[] = [];
  for (let node: IConstruct | undefined = construct; node && node !== stack; node = node.node.scope) {
    if (node.node.id !== 'Default') ids.unshift(node.node.id);
  }
  return dnsLabel(ids.join('-'));
}

/** `staticFiles` → `static-files`. */
export function dnsLabel(words: string): string {
  return words
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** `postgres-credentials`, `password` → `POSTGRES_CREDENTIALS_PASSWORD`. */
export function variableName(...words: readonly string[]): string {
  return words.join('_').toUpperCase().replace(/[^A-Z0-9]+/g, '_').replace(/^(?=\d)/, '_');
}
