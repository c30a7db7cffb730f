import type { Stack } from '../../core/stack';
import type { Target } from '../../core/target';
import type { Call } from '../command';
import { Misuse } from '../errors';
import { unknown } from '../project';
import { composeEngine } from './compose';
import type { Engine } from './engine';
import { kubernetesEngine } from './kubernetes';

const ENGINES: Readonly<Record<string, Engine>> = { compose: composeEngine, kubernetes: kubernetesEngine };

/** The target that was asked for, or the first that can be run. */
export function engineOf(stack: Stack, { options }: Call): { readonly target: Target; readonly engine: Engine } {
  const runnable = stack.targets.filter(({ name }) => name in ENGINES);
  const wanted = options.target as string | undefined;
  const target = runnable.find(({ name }) => name === (wanted ?? name));
  if (target) return { target, engine: ENGINES[target.name]! };
  if (wanted) throw unknown('target', wanted, runnable.map(({ name }) => name));
  throw new Misuse(`${stack.node.path} has no target that can be run`, 'add one to it: targets: [new Compose()]');
}
