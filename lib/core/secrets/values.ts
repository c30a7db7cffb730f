import { randomBytes, randomInt } from 'node:crypto';

/** Letters, digits, `-` and `_`: 64 characters that mean nothing special in URLs, shells and configuration files. */
export const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** How many of `URL_SAFE` may begin or end a value: a leading dash would be read as an option. */
const PLAIN = 62;

/** Each character is drawn uniformly: 6 bits for each, a little less for the first and the last, which are letters or digits. */
export function randomPassword(length: number): string {
  return Array.from({ length }, (_, i) => URL_SAFE[randomInt(i === 0 || i === length - 1 ? PLAIN : URL_SAFE.length)]).join('');
}

export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/**
 * The value that a file holds. Editors and terminals end a line with a break that is no part of a one-line value; texts
 * of several lines, such as certificates, are what they are.
 */
export function valueIn(content: Buffer): Buffer {
  const end = content.indexOf('\n');
  if (end === -1 || end !== content.length - 1) return content;
  return content.subarray(0, content[end - 1] === 0x0d ? end - 1 : end);
}

/** Whether there is anything in a file that may not even be there. */
export function hasValue(content: Buffer | undefined): boolean {
  return content !== undefined && valueIn(content).length > 0;
}

/** The value as text, or undefined where it is not text that a variable can carry. */
export function textIn(content: Buffer): string | undefined {
  const value = valueIn(content);
  const text = value.toString('utf8');
  return text.includes('\0') || !Buffer.from(text).equals(value) ? undefined : text;
}
