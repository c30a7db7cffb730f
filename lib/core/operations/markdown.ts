import type { Action, Advice, Steps } from '../../model';
import type { Operations } from './operations';

type Spell = Operations['spell'];

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows.map(cells => cells.map(cell))].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

export function list(items: readonly string[]): string {
  return items.map(item => `- ${item}`).join('\n');
}

/** Lines to type; with what each is for behind it. */
export function shell(...lines: readonly (string | readonly [command: string, why: string])[]): string {
  const width = Math.max(...lines.map(line => (typeof line === 'string' ? 0 : line[0].length)));
  return ['```sh', ...lines.map(line => (typeof line === 'string' ? line : `${line[0].padEnd(width)}  # ${line[1]}`)), '```'].join('\n');
}

/** Text from elsewhere, none of which is markup. */
export function plain(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** A command's words, as a shell reads them. */
export function words(list: readonly string[]): string {
  return list.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

/** `a`, `b` and `c`, each as code. */
export function codes(words: readonly string[]): string {
  const all = words.map(word => `\`${word}\``);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** Paragraphs as they are; steps as a block to type. */
export function content(parts: readonly (Advice | Steps)[], spell: Spell): string {
  return parts.map(part => ('steps' in part ? shell(...typed(part, spell)) : paragraph(part, spell))).join('\n\n');
}

/** Numbered, where there is more than one. */
export function numbered(parts: readonly (Advice | Steps)[], spell: Spell): string {
  if (parts.length < 2) return content(parts, spell);
  return parts.map((part, i) => `${i + 1}. ${content([part], spell).replaceAll('\n', '\n   ')}`).join('\n');
}

function paragraph({ parts }: Advice, spell: Spell): string {
  return parts.map(part => (typeof part === 'string' ? part : inline(part, spell))).join('');
}

function inline(action: Action, spell: Spell): string {
  return spell(action).map(line => `\`${line}\``).join(', then ');
}

/** What it is for stands behind a command; above it, where the command has several lines. */
function typed({ steps }: Steps, spell: Spell): (string | [string, string])[] {
  return steps.flatMap(({ action, why }): (string | [string, string])[] => {
    const lines = [...spell(action)];
    if (!why || lines.length === 0) return lines;
    return lines.length === 1 ? [[lines[0]!, why]] : [`# ${why}`, ...lines];
  });
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
