/** One value that differs. `undefined` where there is none. */
export interface FieldChange {
  /** `spec.template.spec.containers[web].image` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The smallest parts that differ. Entries of lists are told apart by their names, where they have any. */
export function fieldChanges(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (isList(before) && isList(after)) return byKey(keyed(before), keyed(after), key => `${path}[${key}]`);
  if (isMapping(before) && isMapping(after)) return byKey(new Map(Object.entries(before)), new Map(Object.entries(after)), key => (path === '' ? key : `${path}.${key}`));
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

function byKey(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>, pathOf: (key: string) => string): FieldChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap(key => fieldChanges(before.get(key), after.get(key), pathOf(key)));
}

/** By name where each entry has one of its own, by what it is where it is a word, else by place. */
function keyed(list: readonly unknown[]): Map<string, unknown> {
  const names = list.map(entry => (isMapping(entry) && typeof entry.name === 'string' ? entry.name : typeof entry === 'string' ? entry : undefined));
  const areOwn = names.every(name => name !== undefined) && new Set(names).size === names.length;
  return new Map(list.map((entry, i) => [areOwn ? names[i]! : `${i}`, entry]));
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The value at `spec.selector`, if there is one. */
export function at(body: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isMapping(value) ? value[key] : undefined), body);
}
