import type { Fault, SecretOrigin } from '../../model';
import { URL_SAFE } from './values';

/** What people put in to get on, and what lists of leaked passwords begin with. */
const GUESSED_FIRST = [
  'changeme', 'change-me', 'change_me', 'replaceme', 'replace-me', 'password', 'passwort', 'passwd', 'secret', 'geheim', 'admin', 'administrator', 'root',
  'postgres', 'redis', 'qwerty', 'qwertz', 'letmein', 'welcome', 'iloveyou', 'default', 'example', 'placeholder', 'sample', 'dummy', 'insert', 'your',
  'fixme', 'todo', 'test', 'xxxx', 'dev', 'foo', 'bar', 'user', 'login', 'master', 'dragon', 'monkey', 'abc', 'key', 'token', 'django-insecure',
];

const LETTERS_FOR_DIGITS: Readonly<Record<string, string>> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', '@': 'a', $: 's', '!': 'i' };

/**
 * Why a value is weak for its origin; nothing of the value is in the answer. `names` are those of the system and the
 * secret, which are guessed first too.
 */
export function weaknesses(value: string, origin: SecretOrigin, names: readonly string[]): Fault[] {
  const fix = origin.kind === 'given' ? 'get a better one' : 'remove the file and make another; whatever knows the former value must learn the new one';
  return [...shapeFaults(value, origin, fix), ...guessFaults(value, names, fix)];
}

function* shapeFaults(value: string, origin: SecretOrigin, fix: string): Iterable<Fault> {
  const shortest = origin.kind === 'password' ? origin.length : origin.kind === 'hex' ? origin.bytes * 2 : origin.kind === 'given' ? origin.minLength ?? 0 : 0;
  if (value.length < shortest) yield { code: 'secret-short', what: `it has ${value.length} characters, where at least ${shortest} are asked for`, fix };
  if (origin.kind === 'hex' && !/^[0-9a-f]*$/i.test(value)) yield { code: 'secret-not-hex', what: 'it has characters other than hexadecimal digits', fix };
  if (origin.kind === 'password' && [...value].some(character => !URL_SAFE.includes(character))) {
    yield { code: 'secret-not-url-safe', what: 'it has characters that are not URL-safe, and it may become part of a URL', fix: `${fix}; letters, digits, dashes and underscores are safe` };
  }
}

function* guessFaults(value: string, names: readonly string[], fix: string): Iterable<Fault> {
  if (isGuessed(value, names)) yield { code: 'secret-guessable', what: 'it is a word or a name that is guessed first, or little more', fix };
  else if (isSequence(value) || isPeriodic(value) || hasLowVariety(value)) yield { code: 'secret-low-variety', what: 'it repeats a few characters or runs along the alphabet', fix };
}

/** Less than eight letters and digits remain when well-known words are taken out. */
function isGuessed(value: string, names: readonly string[]): boolean {
  const words = [...GUESSED_FIRST, ...names.filter(name => name.length > 2)].map(word => word.toLowerCase()).sort((a, b) => b.length - a.length);
  return [value.toLowerCase(), spelledOut(value)].some(plain => {
    const rest = words.reduce((text, word) => text.replaceAll(word, ''), plain);
    return rest.length < plain.length && rest.replace(/[^a-z0-9]/g, '').length < 8;
  });
}

/** `P@ssw0rd` → `password` */
function spelledOut(value: string): string {
  return value.toLowerCase().replace(/[013457@$!]/g, character => LETTERS_FOR_DIGITS[character] ?? character);
}

/** `abcdefgh`, `87654321`, `aaaa`: four of five characters follow the one before. */
function isSequence(value: string): boolean {
  if (value.length < 4) return false;
  const steps = [...value].slice(1).filter((character, i) => Math.abs(character.charCodeAt(0) - value.charCodeAt(i)) <= 1).length;
  return steps >= 0.8 * (value.length - 1);
}

/** `tototototo`: a beginning of at most half its length, again and again. */
function isPeriodic(value: string): boolean {
  for (let period = 1; period * 2 <= value.length; period++) {
    if (value.startsWith(value.slice(period))) return true;
  }
  return false;
}

function hasLowVariety(value: string): boolean {
  return new Set(value).size < Math.min(8, value.length / 3);
}
