import type { IConstruct } from 'constructs';

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
    for (const aspect of list) scope.node.findAll().forEach(construct => aspect.visit(construct));
  }
}
