import { Duration, Endpoint, Text, type TextLike } from '../../lib/model';

/** What a template takes. Strings and texts become quoted scalars; another piece of YAML becomes a block. */
export type Part = Yaml | Duration | TextLike | false | undefined | readonly Part[];

/**
 * A piece of a YAML file. It may refer to endpoints, so that whoever mounts the file may reach them.
 * The one place where values are quoted: a JSON string is a YAML string.
 */
export class Yaml {
  private constructor(readonly text: Text) {}

  /** See {@link yaml}. */
  static template(literals: TemplateStringsArray, ...parts: readonly Part[]): Yaml {
    const pieces = dedent(literals.raw);
    const out: TextLike[] = [];
    let line = '';
    pieces.forEach((piece, i) => {
      out.push(piece);
      line = (piece.includes('\n') ? '' : line) + piece.slice(piece.lastIndexOf('\n') + 1);
      if (i >= parts.length) return;
      const isAlone = line.trim() === '' && /^[^\S\n]*(\n|$)/.test(pieces[i + 1]!);
      out.push(isAlone ? block(parts[i], line) : inline(parts[i]));
      if (!isAlone) line += 'x';
    });
    return new Yaml(withoutEmptyLines(Text.concat(out)));
  }

  /** The file, which ends with a new line. */
  get file(): Text {
    return Text.concat([this.text, '\n']);
  }
}

/**
 * A template that reads like the file that it makes. A part alone on its line is a block with that line's indentation;
 * a list there is its items one below the other, and nothing takes the line away. Elsewhere a part is a scalar, and a list
 * is a list of scalars in brackets.
 */
export const yaml = Yaml.template;

/** A scalar in double quotes, references included. */
function inline(part: Part): TextLike {
  if (part === undefined || part === false) return '';
  if (part instanceof Yaml) return part.text;
  if (isList(part)) return Text.concat(['[', ...part.flatMap((item, i) => (i > 0 ? [', ', inline(item)] : [inline(item)])), ']']);
  if (part instanceof Duration) return `${part}`;
  if (typeof part === 'number' || typeof part === 'boolean') return `${part}`;
  const escaped = Text.of(part).parts.map((piece): TextLike => (typeof piece === 'string' ? JSON.stringify(piece).slice(1, -1) : Text.reference(piece)));
  return Text.concat(['"', ...escaped, '"']);
}

function block(part: Part, indentation: string): TextLike {
  if (part === undefined || part === false || (isList(part) && part.length === 0)) return NOTHING;
  if (isList(part)) return Text.concat(part.flatMap((item, i) => (i > 0 ? [`\n${indentation}`, block(item, indentation)] : [block(item, indentation)])));
  const { text } = part instanceof Yaml ? part : { text: Text.of(inline(part)) };
  return Text.concat(text.parts.map((piece): TextLike => (typeof piece === 'string' ? piece.replaceAll('\n', `\n${indentation}`) : Text.reference(piece))));
}

function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part) && !((part as unknown) instanceof Endpoint);
}

/** Marks a line that goes. JSON would have escaped it. */
const NOTHING = '\0';

function withoutEmptyLines(text: Text): Text {
  return Text.concat(text.parts.map((piece): TextLike => (typeof piece === 'string' ? withoutMarks(piece).replace(/\n$/, '') : Text.reference(piece))));
}

function withoutMarks(piece: string): string {
  return piece.includes(NOTHING) ? piece.replaceAll(/[^\S\n]*\0\n?/g, '') : piece;
}

/** The literals of a template are the same each time. */
const dedented = new WeakMap<readonly string[], readonly string[]>();

function dedent(literals: readonly string[]): readonly string[] {
  const known = dedented.get(literals);
  if (known) return known;
  const lines = literals.join('part').split('\n').slice(1);
  const depth = Math.min(...lines.filter(line => line.trim() !== '').map(line => /^ */.exec(line)![0].length));
  const shifted = literals.map(literal => literal.replaceAll(new RegExp(`\\n {0,${Number.isFinite(depth) ? depth : 0}}`, 'g'), '\n'));
  const pieces = shifted.map((literal, i) => {
    const begun = i === 0 ? literal.replace(/^\n/, '') : literal;
    return i === shifted.length - 1 ? begun.trimEnd() : begun;
  });
  dedented.set(literals, pieces);
  return pieces;
}
