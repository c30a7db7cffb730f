import { nearest } from '../core/nearest';
import { differences, printDifferences } from './partial';
import type { Resource } from './resources';

const SHOWN = 3;

/** For a part that no resource has: those that are nearest to it, with what differs. */
export function nearestMisses(resources: readonly Resource[], partial: unknown): string {
  const misses = resources
    .map(({ id, body }) => ({ id, differing: differences(partial, body) }))
    .sort((a, b) => a.differing.length - b.differing.length)
    .slice(0, SHOWN);
  return misses.map(({ id, differing }) => [`  ${id}`, ...printDifferences(differing).map(line => `    ${line}`)].join('\n')).join('\n');
}

/** For a name that is not there: `did you mean 'api'?`, or all that there are. */
export function instead(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  if (near.length > 0) return `did you mean ${near.map(other => `'${other}'`).join(' or ')}?`;
  return names.length > 0 ? `there are: ${names.join(', ')}` : 'there is none';
}
