import type { Note } from './target';

const MEANING: Readonly<Record<Note['outcome'], string>> = {
  approximated: 'another way that serves the purpose',
  'left-out': 'not there on this target',
  loosened: 'a safeguard given up on purpose',
};

/** The parity report of a stack, for people: what each target does not carry over exactly. */
export function printParity(stackPath: string, targets: readonly string[], notes: readonly Note[]): string {
  const lines = [`# Parity of ${stackPath}`, '', 'What was asked for and is not exactly so on a target. What is not listed here means the same on each.', ''];
  for (const target of targets) {
    const own = notes.filter(note => note.target === target);
    lines.push(`## ${target}`, '');
    if (own.length === 0) lines.push('Everything is expressed.', '');
    else lines.push('| construct | field | outcome | what it means |', '|---|---|---|---|', ...own.map(({ at, field, outcome, what }) => `| ${[at, `\`${field}\``, outcome, what].map(cell).join(' | ')} |`), '');
  }
  const used = Object.entries(MEANING).filter(([outcome]) => notes.some(note => note.outcome === outcome));
  if (used.length > 0) lines.push(...used.map(([outcome, meaning]) => `*${outcome}*: ${meaning}.`), '');
  return lines.join('\n');
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
}
