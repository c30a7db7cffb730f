import type { IConstruct } from 'constructs';
import { reportProblem } from '../model';
import { failureOf } from './places';

/** A policy: looks at every construct of a tree, and changes its `spec` or reports a problem. */
export interface Aspect {
  /** Called once for each construct, before anything is checked. */
  visit(construct: IConstruct): void;
}

const aspects = new WeakMap<IConstruct, Aspect[]>();

/** The aspects of a construct: they visit it and all below it, in the order in which they were added, before anything is checked. */
export const Aspects = {
  /** `Aspects.of(stack).add(…)`. One that is added to the app visits all stacks. */
  of(scope: IConstruct) {
    return {
      add(...added: readonly Aspect[]): void {
        aspects.set(scope, [...(aspects.get(scope) ?? []), ...added]);
      },
    };
  },
};

/** Each aspect visits each construct once, outer aspects first; a second call has nothing left to do. */
export function applyAspects(root: IConstruct): void {
  for (const scope of root.node.findAll()) {
    const list = aspects.get(scope) ?? [];
    aspects.delete(scope);
    for (const aspect of list) visitAll(aspect, scope);
  }
}

/** One that fails is at its end, and the problem is where it was: whatever it has not seen would most likely fail in the same way. */
function visitAll(aspect: Aspect, scope: IConstruct): void {
  for (const construct of scope.node.findAll()) {
    try {
      aspect.visit(construct);
    } catch (error) {
      reportProblem(construct, failureOf(error, { code: 'aspect-failed', what: 'an aspect failed here', fix: 'mend the aspect' }));
      return;
    }
  }
}
