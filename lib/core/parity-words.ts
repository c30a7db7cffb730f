import type { Note } from './target';

const OUTCOMES: Readonly<Record<Note['outcome'], string>> = {
  approximated: 'another way that serves the purpose',
  'left-out': 'not there on this target',
  loosened: 'a safeguard given up on purpose',
};

const DECISIONS: Readonly<Record<NonNullable<Note['status']>, string>> = {
  default: 'nobody asked for it: it holds of every system on this target',
  accepted: 'the program accepts it by name',
};

/** What the words of a parity report mean. */
export const PARITY_WORDS: Readonly<Record<string, string>> = { ...OUTCOMES, ...DECISIONS };
