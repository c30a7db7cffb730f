import type { Problem } from '../model';
import { nearest } from './nearest';
import type { Stack } from './stack';
import type { Rendering, Target } from './target';

/** Notes of a target, by their fields, that a stack accepts: `{ compose: ['size'], kubernetes: ['stop.signal'] }`. */
export type Acceptances = Readonly<Record<string, readonly string[]>>;

/** Marks what the stack accepts of a rendering. What it accepts and is not there is a problem: it was misspelt, or is over. */
export function withAcceptances(stack: Stack, { name }: Target, rendering: Rendering): Rendering {
  const accepted = stack.accepts[name] ?? [];
  if (accepted.length === 0) return rendering;
  const fields = [...new Set(rendering.notes.map(({ field }) => field))];
  const unmet = accepted.filter(field => !fields.includes(field)).map((field): Problem => ({
    code: 'accept-unmet', at: stack.node.path, what: `it accepts '${field}' on ${name}, of which no note is made`, fix: instead(field, fields),
  }));
  return { ...rendering, notes: rendering.notes.map(note => (accepted.includes(note.field) ? { ...note, status: 'accepted' } : note)), problems: [...rendering.problems, ...unmet] };
}

/** Targets that a stack accepts notes of, and that it does not have. */
export function acceptanceProblems({ accepts, targets, node }: Stack): Problem[] {
  const names = targets.map(({ name }) => name);
  return Object.keys(accepts).filter(name => !names.includes(name)).map(name => ({
    code: 'accept-target', at: node.path, what: `it accepts notes of '${name}', which is none of its targets`, fix: instead(name, names),
  }));
}

function instead(word: string, names: readonly string[]): string {
  const [near] = nearest(word, names);
  if (near) return `did you mean ${near}?`;
  return names.length > 0 ? `leave it out, or name one of: ${names.join(', ')}` : 'leave it out';
}
