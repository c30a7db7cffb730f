import { dump } from 'js-yaml';
import { yaml } from '../core/yaml';

/** Columns of a line. */
const WIDTH = 140;

/** YAML for people more than for programs: whatever fits on a line stands on one. */
export function briefYaml(document: object): string {
  return blockOf(document, WIDTH).join('\n');
}

/** The lines of a value of which there is too much for one. Those behind the first are further in than what it belongs to. */
function blockOf(value: unknown, room: number): string[] {
  if (Array.isArray(value)) return value.flatMap(item => hung('- ', lineOf(item, room - 2) ?? blockOf(item, room - 2), item));
  // What a text of several lines looks like depends on how far in it is.
  if (!isCollection(value)) return yaml({ k: value }).slice('k: '.length, -1).split('\n');
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = `${scalar(key)}:`;
    const line = lineOf(inner, room - name.length - 1);
    if (line !== undefined) return [`${name} ${line}`];
    const lines = blockOf(inner, room - 2);
    return isCollection(inner) ? [name, ...hung('  ', lines, inner)] : hung(`${name} `, lines, inner);
  });
}

function hung(by: string, lines: string | readonly string[], value: unknown): string[] {
  const [first, ...more] = [lines].flat();
  return [by + first, ...more.map(line => (isCollection(value) && line !== '' ? `  ${line}` : line))];
}

/** `{ cpu: 500m, memory: 256Mi }`, if it is no longer than the room for it. */
function lineOf(value: unknown, room: number): string | undefined {
  if (typeof value === 'string' && value.includes('\n')) return undefined;
  if (!isCollection(value)) return fitting(scalar(value), room);
  const isList = Array.isArray(value);
  const parts: string[] = [];
  let left = room;
  for (const [key, inner] of Object.entries(value)) {
    const name = isList ? '' : `${scalar(key)}: `;
    const line = lineOf(inner, left - name.length);
    if (line === undefined) return undefined;
    parts.push(name + line);
    left -= name.length + line.length + 2;
  }
  if (parts.length === 0) return isList ? '[]' : '{}';
  return fitting(isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`, room);
}

function fitting(line: string, room: number): string | undefined {
  return line.length <= room ? line : undefined;
}

function isCollection(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** As it stands within brackets, where more has to be quoted. */
function scalar(value: unknown): string {
  let text = known.get(value);
  if (text === undefined) known.set(value, text = dump([value], { flowLevel: 0, lineWidth: -1 }).trimEnd().slice(1, -1));
  return text;
}

/** The same words stand in a template again and again. */
const known = new Map<unknown, string>();
