import type { Fault } from './problem';
import type { Text } from './text';

/** Characters that a text cannot carry into a process or a file. `where` begins the sentence: `the variable KEY`. */
export function* characterFaults(where: string, text: Text): Iterable<Fault> {
  const literals = text.parts.filter(part => typeof part === 'string');
  if (literals.some(literal => literal.includes('\0'))) {
    yield { code: 'text-nul', what: `${where} contains a NUL character, which ends a string`, fix: 'encode the content, for example as base64' };
  }
  if (literals.some(literal => /\p{Surrogate}/u.test(literal))) {
    yield { code: 'text-surrogate', what: `${where} contains half of a UTF-16 pair, which is no character`, fix: 'do not cut strings within a character: split them with Array.from(…)' };
  }
}
