import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The lines of the project that led to an error, the nearest first, without those of packages and of Node.js itself. */
export function placesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const lines = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line) && !/node_modules|node:|<anonymous>\)?$/.test(line));
  return [...new Set(lines.map(line => {
    const place = line.trim().replace(/^at /, '').replace(/^.*\((.*)\)$/, '$1').replace(/^async /, '');
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    const below = relative(process.cwd(), path);
    return below.startsWith('..') ? path : below;
  }))];
}
