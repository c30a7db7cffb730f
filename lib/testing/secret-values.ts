import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { contentOf } from '../core/output';
import { valueIn } from '../core/secrets/values';
import type { Template } from './template';

/** Values that must not be seen: themselves, or the folder that `compose8s secrets init` has made them in. */
export type SecretValues = readonly string[] | { readonly folder: string };

interface Value { /** For messages, which do not tell it. */ readonly name: string; readonly value: string }

/** Shorter ones would be found by chance. */
const SHORTEST = 6;

/** Every place in the emitted files where a value stands, in one of the ways that it could be written. */
export function secretLeaks(templates: readonly Template[], values: SecretValues): readonly string[] {
  const needles = valuesOf(values).flatMap(({ name, value }) => waysOf(value).map(([way, text]) => ({ name, way, text })));
  return templates.flatMap(template => {
    const places = placesOf(template);
    const found = needles.flatMap(({ name, way, text }) => places.filter(place => place.text.includes(text)).map(({ at }) => `${name}, ${way}: ${template.emission.target.name}, ${at}`));
    return [...new Set(found)];
  });
}

function valuesOf(values: SecretValues): readonly Value[] {
  if (!isList(values) && typeof (values as { readonly folder?: unknown } | undefined)?.folder !== 'string') {
    throw new TypeError("expected a list of values, or the folder that they are in: toHaveNoSecretValues({ folder: 'secrets/shop/prod' })");
  }
  if (isList(values)) {
    const named = values.map((value, i) => ({ name: `value ${i + 1} of ${values.length}`, value }));
    const short = named.find(({ value }) => value.length < SHORTEST);
    if (short) throw new Error(`${short.name} has ${short.value.length} characters: it would be found by chance; give ${SHORTEST} or more`);
    if (named.length === 0) throw new Error('no secret values were given: there is nothing to look for');
    return named;
  }
  const { folder } = values;
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw new Error(`${folder} is a file; name the folder that the values are in, or give the value itself`);
  const inFolder = existsSync(folder) ? filesBelow(folder).map(path => ({ name: path, value: valueIn(readFileSync(join(folder, path))).toString('utf8') })) : [];
  const long = inFolder.filter(({ value }) => value.length >= SHORTEST);
  if (long.length === 0) throw new Error(`no secret values are in ${folder}; make them with: npx compose8s secrets init`);
  return long;
}

function isList(values: SecretValues): values is readonly string[] {
  return Array.isArray(values) && values.every(value => typeof value === 'string');
}

/** Hidden files are derived from the others. */
function filesBelow(folder: string, below = ''): readonly string[] {
  return readdirSync(join(folder, below)).filter(name => !name.startsWith('.')).flatMap(name => {
    const path = below === '' ? name : `${below}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path];
  });
}

/** Each text once, by the plainest way to it. */
function waysOf(value: string): readonly (readonly [way: string, text: string])[] {
  const url = encodeURIComponent(value);
  const ways: readonly (readonly [string, string])[] = [
    ['as it is', value],
    ['with escaped dollars', value.replaceAll('$', '$$$$')],
    ['in JSON', JSON.stringify(value).slice(1, -1)],
    ['URL-encoded', url],
    ['URL-encoded', url.replace(/%../g, code => code.toLowerCase())],
    ...[0, 1, 2].flatMap((offset): (readonly [string, string])[] => {
      const base64 = base64Within(value, offset);
      return [['in base64', base64], ['in base64', base64.replaceAll('+', '-').replaceAll('/', '_')]];
    }),
    ['in hexadecimal', Buffer.from(value).toString('hex')],
  ];
  return ways.filter(([, text], i) => ways.findIndex(([, other]) => other === text) === i);
}

/** What surely stands in the base64 of a longer text, in which the value begins at an offset of this many bytes beyond a multiple of three. */
function base64Within(value: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  // Characters that also hold bits of what is before or after it are not the value's own.
  return bytes.toString('base64').replace(/=+$/, '').slice(Math.ceil(offset * 8 / 6), Math.floor(bytes.length * 8 / 6));
}

/** Files as they are printed, and what stands in the strings of documents, free of YAML's quoting and indentation. */
function placesOf({ emission: { files }, resources }: Template): readonly { readonly at: string; readonly text: string }[] {
  return [
    ...[...files].flatMap(([path, file]) => [{ at: path, text: path }, { at: path, text: contentOf(file).toString('utf8') }]),
    ...resources.map(({ id, body }) => ({ at: id, text: [...stringsIn(body)].join('\n\0') })),
  ];
}

function* stringsIn(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield key;
      yield* stringsIn(inner);
    }
  }
}
