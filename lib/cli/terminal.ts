import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** The sign that a line begins with says what it is. */
const BY_SIGN: readonly (readonly [sign: RegExp, style: Style])[] = [
  [/^(\s*)([✖-])(?= )/gm, 'red'],
  [/^(\s*)([✔+])(?= )/gm, 'green'],
  [/^(\s*)([!~])(?= )/gm, 'yellow'],
  [/^(\s+)(fix:)/gm, 'bold'],
];

/** Prints what was asked for. Colour is for people only: not in a file or a pipe, nor where NO_COLOR is set. */
export function say(text: string): void {
  process.stdout.write(coloured(text, process.stdout));
}

/** Prints what is wrong, or what goes on. */
export function complain(text: string): void {
  process.stderr.write(coloured(text, process.stderr));
}

export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Rows under a head, in columns. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map(row => row[i]!.length)));
  return [head.map(title => title.toUpperCase()), ...rows].map(row => `${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ').trimEnd()}\n`).join('');
}

/** `1 problem`, `2 problems`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function coloured(text: string, stream: NodeJS.WriteStream): string {
  if (!stream.isTTY || !stream.hasColors() || process.env.NO_COLOR) return text;
  return BY_SIGN.reduce((result, [sign, style]) => result.replace(sign, (_, indent: string, word: string) => indent + styleText(style, word)), text);
}
