import type { Stack } from '../../core/stack';
import type { Target } from '../../core/target';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { unknown } from '../project';

interface Options {
  readonly environment?: string;
  readonly target?: string;
  readonly strict?: boolean;
}

/** Writes the output, of all stacks or of some. */
export const synth: GraphCommand = {
  name: 'synth',
  describe: command => command
    .description('write the files of every stack for each of its targets')
    .argument('[stack...]', 'system, or system/environment (default: all)')
    .option('--environment <name>', 'only stacks of this environment')
    .option('--target <name>', 'only this target: compose, kubernetes')
    .option('--strict', 'what a target does not express exactly is an error'),
  examples: ['npx compose8s synth', 'npx compose8s synth shop/prod --target kubernetes', 'npx compose8s synth --environment prod --strict'],
  run(project, { args: [references], options }) {
    const { environment, target, strict } = options as Options;
    const { stacks } = project;
    const chosen = new Set((references as string[]).flatMap(reference => project.find(reference)));
    const environments = stacks.map(stack => stack.environment);
    const targets = stacks.flatMap(stack => stack.targets.map(({ name }) => name));
    if (environment && !environments.includes(environment)) throw unknown('environment', environment, [...new Set(environments)]);
    if (target && !targets.includes(target)) throw unknown('target', target, [...new Set(targets)]);
    const keep = (stack: Stack, on?: Target) => (chosen.size === 0 || chosen.has(stack)) && (!environment || stack.environment === environment) && (!target || !on || on.name === target);
    project.synth({ ...(strict ? { strict } : {}), ...(chosen.size > 0 || environment || target ? { keep } : {}) });
    // Synthesis has printed its problems and set the exit code.
    return Number(process.exitCode ?? EXIT.ok);
  },
};
