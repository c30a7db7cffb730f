import type { Command } from 'commander';
import type { Stack } from '../core/stack';
import type { Target } from '../core/target';
import type { Call } from './command';
import { several } from './options';
import { unknown, type Project } from './project';

/** What commands take that look at some stacks or at all. */
export function describeSelection(command: Command): Command {
  return command
    .argument('[stack...]', 'system, or system/environment (default: all)')
    .option('--environment <name>', 'only stacks of this environment; more than once for several', several)
    .option('--target <name>', 'only this target: compose, kubernetes; more than once for both', several);
}

export interface Selection {
  readonly stacks: readonly Stack[];
  /** Whether these are not all. */
  readonly isPart: boolean;
  readonly keep: (stack: Stack, target?: Pick<Target, 'name'>) => boolean;
}

/** The stacks and targets that were asked for: one at least. @throws Misuse with the nearest names. */
export function selectionOf(project: Project, { args: [references = []], options }: Call): Selection {
  const { environment, target } = options as { readonly environment?: readonly string[]; readonly target?: readonly string[] };
  const named = new Set((references as string[]).flatMap(reference => project.find(reference)));
  const chosen = ofEach('environment', environment, project.stacks.filter(stack => named.size === 0 || named.has(stack)), stack => [stack.environment]);
  const stacks = ofEach('target', target, chosen, stack => stack.targets.map(({ name }) => name));
  const keep = (stack: Stack, on?: Pick<Target, 'name'>) => (on ? chosen.includes(stack) && (!target || target.includes(on.name)) : stacks.includes(stack));
  return { stacks, isPart: named.size > 0 || environment !== undefined || target !== undefined, keep };
}

/** The stacks that have one of the names. @throws Misuse where no stack has one of them. */
function ofEach(what: string, names: readonly string[] | undefined, stacks: readonly Stack[], of: (stack: Stack) => readonly string[]): readonly Stack[] {
  if (!names) return stacks;
  const there = [...new Set(stacks.flatMap(of))];
  const missing = names.find(name => !there.includes(name));
  if (missing !== undefined) throw unknown(what, missing, there);
  return stacks.filter(stack => of(stack).some(name => names.includes(name)));
}
