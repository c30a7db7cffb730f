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

function coloured(text: string, stream: NodeJS.WriteStream): string {
  if (!stream.isTTY || !stream.hasColors() || process.env.NO_COLOR) return text;
  return BY_SIGN.reduce((result, [sign, style]) => result.replace(sign, (_, indent: string, word: string) => indent + styleText(style, word, { validateStream: false })), text);
}
