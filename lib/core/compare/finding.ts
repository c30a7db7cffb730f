/** A place at which a stack is weaker than another. */
export interface Weakness {
  /** The construct's path: `shop/prod/api`. */
  readonly at: string;
  /** The name of the construct below its stack, and what of it, so that it can be accepted: `api:runs.replicas`. */
  readonly id: string;
  /** What the stack has. */
  readonly here: string;
  /** What the other one has. */
  readonly there: string;
  /** What comes of it. */
  readonly why: string;
}

/** A {@link Weakness} before it is known of what. */
export interface Finding extends Pick<Weakness, 'here' | 'there' | 'why'> {
  /** `runs.replicas`, `probes.alive` … */
  readonly field: string;
}

/** Looks at a value here, and at the one of the same place there. */
export type Comparer<T> = (here: T, there: T) => Iterable<Finding>;

export const NOTHING = 'none';

/** Whether each of a list here is there as well; what is here alone is found. */
export function* beyond(field: string, here: readonly string[], there: readonly string[], why: string): Iterable<Finding> {
  const more = here.filter(one => !there.includes(one));
  if (more.length > 0) yield { field, here: more.join(', '), there: NOTHING, why };
}

/** Something that can be less. `show` is for people. */
export function* less<T>(field: string, here: T, there: T, amount: (value: T) => number, why: string, show: (value: T) => string = String): Iterable<Finding> {
  if (amount(here) < amount(there)) yield { field, here: show(here), there: show(there), why };
}
