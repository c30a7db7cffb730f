/**
 * Reads a `.env` file as Docker Compose does (compose-go's package dotenv), and is as particular: a `$` that would be replaced
 * is an error of ours.
 */
export function parseAsCompose(file: string): Record<string, string> {
  const variables: Record<string, string> = {};
  let rest = file.replaceAll('\r\n', '\n');
  for (;;) {
    rest = rest.replace(/^(\s+|#[^\n]*(\n|$))+/, '');
    if (rest === '') return variables;
    const [, name, start] = /^([A-Za-z_][A-Za-z0-9_.]*)=(['"]?)/.exec(rest) ?? fail(`no variable at ${JSON.stringify(rest.slice(0, 40))}`);
    rest = rest.slice(name!.length + 1);
    const [value, after] = start ? readQuoted(rest, start) : fail('values are always quoted');
    variables[name!] = start === '"' ? expand(unescape(value)) : value;
    rest = after;
  }
}

/** A backslash takes the meaning from the closing quote, and itself stays unless it did so. */
function readQuoted(text: string, quote: string): [value: string, rest: string] {
  let value = '';
  let escaped = false;
  for (let i = 1; i < text.length; i++) {
    const character = text[i]!;
    if (character === quote && !escaped) return [value, text.slice(i + 1)];
    if (character !== quote) {
      if (!escaped && character === '\\') {
        escaped = true;
        continue;
      }
      if (escaped) value += '\\';
    }
    escaped = false;
    value += character;
  }
  return fail('a quote is not closed');
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', c: '\\c', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', $: '$$', '"': '"', '\\': '\\' };

function unescape(value: string): string {
  return value.replace(/\\([abcfnrtv$"\\])/g, (_, character: string) => ESCAPES[character]!);
}

function expand(value: string): string {
  return value.replace(/\$(\$?)/g, (_, second: string) => (second === '$' ? '$' : fail(`Compose would replace something in ${JSON.stringify(value)}`)));
}

function fail(why: string): never {
  throw new Error(why);
}
