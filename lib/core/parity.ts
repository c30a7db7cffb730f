import { PARITY_WORDS } from './parity-words';
import type { Note } from './target';

/** `left-out`, `left-out (accepted)` */
export function outcomeOf({ outcome, status }: Pick<Note, 'outcome' | 'status'>): string {
  return status ? `${outcome} (${status})` : outcome;
}

/** The same note about several constructs, for people. */
export interface NoteGroup extends Omit<Note, 'at'> {
  /** Paths below the stack. */
  readonly constructs: readonly string[];
}

/** One line for what is said of many constructs in the same words. */
export function groupNotes(stackPath: string, notes: readonly Note[]): readonly NoteGroup[] {
  const groups = new Map<string, Omit<Note, 'at'> & { constructs: string[] }>();
  for (const { at, ...note } of notes) {
    const construct = at.startsWith(`${stackPath}/`) ? at.slice(stackPath.length + 1) : at;
    const key = [note.target, note.field, outcomeOf(note), note.what].join('\0');
    const known = groups.get(key);
    if (known) known.constructs.push(construct);
    else groups.set(key, { ...note, constructs: [construct] });
  }
  return [...groups.values()];
}

/** The parity report of a stack, for people: what each target does not carry over exactly. */
export function printParity(stackPath: string, targets: readonly string[], notes: readonly Note[]): string {
  const lines = [`# Parity of ${stackPath}`, '', 'What was asked for and is not exactly so on a target. What is not listed here means the same on each.', ''];
  for (const target of targets) {
    const groups = groupNotes(stackPath, notes.filter(note => note.target === target));
    lines.push(`## ${target}`, '');
    if (groups.length === 0) lines.push('Everything is expressed.', '');
    else lines.push('| field | outcome | what it means | of |', '|---|---|---|---|', ...groups.map(group => `| \`${group.field}\` | ${outcomeOf(group)} | ${cell(group.what)} | ${cell(group.constructs.join(', '))} |`), '');
  }
  const used = Object.entries(PARITY_WORDS).filter(([word]) => notes.some(({ outcome, status }) => outcome === word || status === word));
  for (const [word, meaning] of used) lines.push(`- *${word}*: ${meaning}.`);
  return `${lines.join('\n').trimEnd()}\n`;
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
}
