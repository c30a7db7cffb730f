import { Duration, FaultError, Size, type Fault } from '../../lib/model';

/** What a template takes. Plain strings are not among it. */
export type Part = Conf | Duration | Size | number | false | undefined | readonly Part[];

/**
 * A piece of an nginx configuration. Either our own text, from a template, or a value that passed a grammar: there is
 * no other way to make one, and templates take nothing else. So nothing that a user supplies can end a directive.
 */
export class Conf {
  private constructor(readonly text: string) {}

  /** A value as a word of its own, if the whole of it follows the grammar. */
  static word(value: string, grammar: RegExp, fault: Fault): Conf {
    // `\s` and friends aside: whatever a grammar says, these would end a word or begin something else.
    if (typeof value !== 'string' || !grammar.test(value) || /[\s;{}"'`$\\#]/.test(value)) throw new FaultError(fault);
    return new Conf(value);
  }

  /** A value in double quotes, if the whole of it follows the grammar. nginx replaces variables inside of quotes too. */
  static quoted(value: string, grammar: RegExp, fault: Fault): Conf {
    if (typeof value !== 'string' || !grammar.test(value) || /[\n\r\0$\\]/.test(value)) throw new FaultError(fault);
    return new Conf(`"${value.replaceAll('"', '\\"')}"`);
  }

  /** See {@link conf}. */
  static template({ raw }: TemplateStringsArray, ...parts: readonly Part[]): Conf {
    const literals = dedent(raw);
    let text = '';
    literals.forEach((literal, i) => {
      text += literal;
      if (i >= parts.length) return;
      const line = text.slice(text.lastIndexOf('\n') + 1);
      const next = literals[i + 1]!;
      const isAlone = line.trim() === '' && (/^[^\S\n]*\n/.test(next) || (i + 2 === literals.length && next.trim() === ''));
      const value = print(parts[i]);
      text += isAlone ? (value === '' ? NOTHING : value.replaceAll(/\n(?!\n|$)/g, `\n${line}`)) : value;
    });
    return new Conf(text.replaceAll(new RegExp(`[^\\S\\n]*${NOTHING}\\n?`, 'g'), '').replaceAll(/\n{3,}/g, '\n\n').trimEnd());
  }
}

/**
 * A template that reads like the file that it makes: it loses the indentation of the program around it, a part on a
 * line of its own keeps the indentation of that line, and the line goes where there is no such part. Backslashes are
 * literal. The items of a list are lines, or blocks with an empty line between.
 */
export const conf = Conf.template;

/** Marks a line that goes. It cannot come from elsewhere: no grammar lets it pass. */
const NOTHING = '\0';

function print(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Conf) return part.text;
  if (part instanceof Duration) return `${part}`;
  if (part instanceof Size) return bytes(part);
  if (typeof part === 'number') {
    if (!Number.isSafeInteger(part)) throw new FaultError({ code: 'nginx-number', what: `${part} is not a whole number`, fix: 'give a whole number' });
    return `${part}`;
  }
  const items = part.map(print).filter(text => text !== '');
  return items.join(items.some(item => item.includes('\n')) ? '\n\n' : '\n');
}

/** nginx knows k, m and g, in powers of 1024. */
function bytes(size: Size): string {
  const [amount, unit] = size.inLargestUnit();
  return unit === 'Ti' ? `${amount * 1024}g` : `${amount}${unit.charAt(0).toLowerCase()}`;
}

function dedent(literals: readonly string[]): string[] {
  const lines = literals.join('part').split('\n').slice(1);
  const depths = lines.filter(line => line.trim() !== '').map(line => /^ */.exec(line)![0].length);
  const depth = depths.length > 0 ? Math.min(...depths) : 0;
  return literals.map((literal, i) => {
    const shifted = literal.replaceAll(new RegExp(`\\n {0,${depth}}`, 'g'), '\n');
    return i === 0 ? shifted.replace(/^\n/, '') : shifted;
  });
}
