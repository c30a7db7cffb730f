import type { Command } from 'commander';
import type { Stack } from '../core/stack';
import type { Target } from '../core/target';
import type { Call } from './command';
import { unknown, type Project } from './project';

/** What commands take that look at some stacks or at all. */
export function describeSelection(command: Command): Command {
  return command
    .argument('[stack...]', 'system, or system/environment (default: all)')
    .option('--environment <name>', 'only stacks of this environment')
    .option('--target <name>', 'only this target: compose, kubernetes');
}

export interface Selection {
  readonly stacks: readonly Stack[];
  /** Whether these are not all. */
  readonly isPart: boolean;
  readonly keep: (stack: Stack, target?: Pick<Target, 'name'>) => boolean;
}

/** The stacks and targets that were asked for. @throws Misuse with the nearest names. */
export function selectionOf(project: Project, { args: [references = []], options }: Call): Selection {
  const { environment, target } = options as { readonly environment?: string; readonly target?: string };
  const { stacks } = project;
  const chosen = new Set((references as string[]).flatMap(reference => project.find(reference)));
  const environments = stacks.map(stack => stack.environment);
  const targets = stacks.flatMap(stack => stack.targets.map(({ name }) => name));
  if (environment && !environments.includes(environment)) throw unknown('environment', environment, [...new Set(environments)]);
  if (target && !targets.includes(target)) throw unknown('target', target, [...new Set(targets)]);
  const keep = (stack: Stack, on?: Pick<Target, 'name'>) => (chosen.size === 0 || chosen.has(stack)) && (!environment || stack.environment === environment) && (!target || !on || on.name === target);
  return { stacks: stacks.filter(stack => keep(stack)), isPart: chosen.size > 0 || Boolean(environment) || Boolean(target), keep };
}
