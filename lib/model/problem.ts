import type { IConstruct } from 'constructs';

/** What is wrong, and how to mend it. The place is added by whoever knows the construct. */
export interface Fault {
  /** Stable, for programs and for searching: `port-conflict`. */
  readonly code: string;
  /** What is wrong, in a sentence without its end. */
  readonly what: string;
  /** How to mend it. */
  readonly fix: string;
}

/** A fault at a construct. Any problem stops synthesis before anything is written. */
export interface Problem extends Fault {
  /** The construct's path: `cedrus/prod/postgres`. */
  readonly at: string;
}

/**
 * Thrown by value classes (`Size.of('12 apples')`) for input that makes no sense by itself.
 * Constructs catch it and collect it with the other problems.
 */
export class FaultError extends Error {
  constructor(/** What is wrong, and how to mend it. */ readonly fault: Fault) {
    super(`${fault.what}\n  fix: ${fault.fix}`);
    this.name = 'FaultError';
  }
}

/** What nothing can be made without: the types ask for it, and a program without types may have forgotten it. */
export function required<T>(construct: IConstruct, field: string, value: T | undefined, fix: string): T {
  if (value !== undefined && value !== null) return value;
  throw new FaultError({ code: 'required', what: `${pathOf(construct)} is given no '${field}'`, fix });
}

const reported = new WeakMap<IConstruct, Problem[]>();
const checks = new WeakMap<IConstruct, (() => Iterable<Fault>)[]>();

function append<T>(store: WeakMap<IConstruct, T[]>, construct: IConstruct, item: T): void {
  const list = store.get(construct);
  if (list) list.push(item);
  else store.set(construct, [item]);
}

/** The path as people know it: the hidden child `Default` stands for its parent. */
export function pathOf(construct: IConstruct): string {
  return construct.node.path.replace(/(^|\/)Default$/, '') || construct.node.id;
}

/** Reports a problem at a construct; synthesis goes on collecting and fails in the end. */
export function reportProblem(construct: IConstruct, fault: Fault): void {
  append(reported, construct, { ...fault, at: pathOf(construct) });
}

/** Adds a check that runs once, when the tree is complete and aspects have been applied. */
export function addCheck(construct: IConstruct, check: () => Iterable<Fault>): void {
  append(checks, construct, check);
}

/** Reads a value from props; where it makes no sense, reports why and goes on with `otherwise`. */
export function attempt<T>(construct: IConstruct, field: string, read: () => T, otherwise: T): T {
  return attemptFor(fault => reportProblem(construct, fault), field, read, otherwise);
}

/** The same for whoever `report` tells. */
export function attemptFor<T>(report: (fault: Fault) => void, field: string, read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    report({ ...error.fault, what: `${field}: ${error.fault.what}` });
    return otherwise;
  }
}

/** All problems below `root`: those reported so far and those that the checks find now. */
export function problemsBelow(root: IConstruct): Problem[] {
  const problems: Problem[] = [];
  for (const construct of root.node.findAll()) {
    problems.push(...reported.get(construct) ?? []);
    for (const check of checks.get(construct) ?? []) {
      for (const fault of check()) problems.push({ ...fault, at: pathOf(construct) });
    }
    for (const what of construct.node.validate()) {
      problems.push({ code: 'validation', what, fix: 'see the validation that the construct itself declares', at: pathOf(construct) });
    }
  }
  return problems;
}
