import { compare, type CompareOptions } from '../core/compare';
import type { Graph } from '../core/graph';
import { Stack } from '../core/stack';
import { SynthesisError, synthesize } from '../core/synthesis';
import { Template } from './template';

/** What `expect(stack)` can say of two environments. */
export interface WeaknessMatchers<R> {
  /**
   * The stack is somewhere weaker than another: in its limits, replicas, probes, hardening, exposure, backups or monitoring.
   * Constructs of one name are compared; what is only in one of them is not.
   *
   * ```ts
   * import { expect, test } from '@jest/globals';
   * import 'compose8s/testing/jest';
   * import { shop } from './shop';
   *
   * test('production is nowhere weaker than the stage', () => {
   *   expect(shop()).not.toBeWeakerThan(shop());
   * });
   * ```
   *
   * @param options weaknesses that are meant so, by their ids: `{ except: ['worker:runs.replicas'] }`. One that meets nothing fails.
   */
  toBeWeakerThan(reference: Stack | Template, options?: CompareOptions): R;
}

/** See {@link WeaknessMatchers.toBeWeakerThan}. */
export function toBeWeakerThan(this: { readonly isNot?: boolean }, actual: unknown, reference: unknown, options?: CompareOptions): { readonly pass: boolean; readonly message: () => string } {
  const [here, there] = [graphOf(actual), graphOf(reference)];
  const { weaknesses, unmet } = compare(here, there, options);
  const title = `${here.stack.node.path} is weaker than ${there.stack.node.path}`;
  // An exception that meets nothing is wrong with and without `not`.
  if (unmet.length > 0) return { pass: this?.isNot ?? false, message: () => `nothing is weaker where an exception says so: ${unmet.join(', ')}` };
  return {
    pass: weaknesses.length > 0,
    message: () => (weaknesses.length > 0
      ? [`${title}:`, ...weaknesses.map(({ id, here: ours, there: theirs, why }) => `  ${id}: ${ours}, and ${theirs} there: ${why}`)].join('\n')
      : `${title} nowhere, and should be`),
  };
}

function graphOf(value: unknown): Graph {
  if (value instanceof Template) return value.emission.graph;
  if (!Stack.isStack(value)) throw new TypeError('expected a Stack or a Template: expect(prod).not.toBeWeakerThan(stage)');
  const { graphs: [graph], problems } = synthesize(value.node.root, (one, on) => one === value && on === undefined);
  if (problems.length > 0) throw new SynthesisError(problems);
  return graph!;
}
