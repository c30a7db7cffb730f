import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { describeSelection, selectionOf } from '../selection';

/** Writes the output, of all stacks or of some. `--watch` is answered by `watch.ts`, which starts this again and again. */
export const synth: GraphCommand = {
  name: 'synth',
  describe: command => describeSelection(command)
    .description('write the files of every stack for each of its targets')
    .option('--output <folder>', 'where to write (default: what the program says, or dist)')
    .option('--strict', 'what a target does not express exactly is an error, unless it holds of every system, or the stack accepts it: see parity')
    .option('--watch', 'again whenever a file of the project changes, until Ctrl-C'),
  examples: ['npx compose8s synth', 'npx compose8s synth shop/prod --target kubernetes', 'npx compose8s synth --environment prod --strict', 'npx compose8s synth --watch'],
  run(project, call) {
    const { strict, output } = call.options as { readonly strict?: boolean; readonly output?: string };
    const { isPart, keep } = selectionOf(project, call);
    project.synth({ ...(strict ? { strict } : {}), ...(output ? { output } : {}), ...(isPart ? { keep } : {}) });
    // Synthesis has printed its problems and set the exit code.
    return Number(process.exitCode ?? EXIT.ok);
  },
};
