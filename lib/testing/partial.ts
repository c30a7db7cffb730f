/** A matcher such as `expect.any(String)`: it stands for every value that it accepts. */
export interface Matching {
  /** Whether a value is one of those. */
  asymmetricMatch(actual: unknown): boolean;
}

/** A part of a value: fields that are left out may be anything; a list has an entry for each of the actual ones. */
export type PartialOf<T> =
  | Matching
  | (T extends readonly (infer E)[] ? readonly PartialOf<E>[] : T extends object ? { readonly [K in keyof T]?: PartialOf<T[K]> } : T);

/** Where a value is not as a part of it asks for. */
export interface Difference {
  /** `spec.template.spec.containers[0].image`; empty for the value as a whole. */
  readonly path: string;
  /** In JSON, shortened. */
  readonly expected: string;
  /** `undefined` where there is nothing. */
  readonly actual: string | undefined;
}

/**
 * How a value differs from a part of it, as jest's `toMatchObject` would see it: objects may have more fields, lists have
 * as many entries, `undefined` asks for a field that is not there. None, where it matches. `path`: what the paths begin
 * with. Default: nothing.
 */
export function differences(expected: unknown, actual: unknown, path = ''): readonly Difference[] {
  if (isMatching(expected)) return expected.asymmetricMatch(actual) ? [] : [{ path, expected: printMatching(expected), actual: print(actual) }];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const own = expected.flatMap((item, i) => (i < actual.length ? differences(item, actual[i], `${path}[${i}]`) : []));
    return expected.length === actual.length ? own : [{ path, expected: entries(expected.length), actual: `${entries(actual.length)}: ${print(actual)!}` }, ...own];
  }
  if (isRecord(expected) && isRecord(actual)) {
    return Object.entries(expected).flatMap(([key, value]) => differences(value, actual[key], path + step(key, path === '')));
  }
  return Object.is(expected, actual) ? [] : [{ path, expected: print(expected) ?? 'nothing', actual: print(actual) }];
}

/** `spec.replicas: expected 3, is 2`, a line for each of the first few. */
export function printDifferences(all: readonly Difference[], most = 5): readonly string[] {
  const lines = all.slice(0, most).map(({ path, expected, actual }) => `${path || '(as a whole)'}: expected ${expected}, ${actual === undefined ? 'is not there' : `is ${actual}`}`);
  return all.length > most ? [...lines, `… and ${all.length - most} more`] : lines;
}

function isMatching(value: unknown): value is Matching {
  return typeof value === 'object' && value !== null && 'asymmetricMatch' in value && typeof value.asymmetricMatch === 'function';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Any<String>`, `ArrayContaining ["a"]` */
function printMatching(matching: Matching & { toAsymmetricMatcher?(): string; readonly sample?: unknown }): string {
  return matching.toAsymmetricMatcher?.() ?? [String(matching), ...(matching.sample === undefined ? [] : [print(matching.sample)])].join(' ');
}

const LONGEST = 100;

function print(value: unknown): string | undefined {
  const text = JSON.stringify(value, (_key, inner: unknown) => (isMatching(inner) ? printMatching(inner) : inner)) as string | undefined;
  return text === undefined || text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function step(key: string, isFirst: boolean): string {
  if (!/^[\w$-]+$/.test(key)) return `[${JSON.stringify(key)}]`;
  return isFirst ? key : `.${key}`;
}
