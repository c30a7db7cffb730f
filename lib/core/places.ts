import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaultError, type Fault } from '../model';

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

/** A fault in words of its own, or in those that the error brings along, and the place in the program that it came from. */
export function failureOf(error: unknown, { code, what, fix }: Fault): Fault {
  if (error instanceof FaultError) return { ...error.fault, what: `${what}: ${error.fault.what}` };
  const [place] = placesOf(error);
  return { code, what: `${what}: ${error}`, fix: place ? `${fix}: ${place}` : fix };
}
