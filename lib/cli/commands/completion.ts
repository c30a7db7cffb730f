import { Argument } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion';
import type { LocalCommand } from '../command';
import { EXIT } from '../errors';

/** Prints what a shell has to read. */
export const completion: LocalCommand = {
  name: 'completion',
  describe: command => command
    .description('print what makes a shell complete commands, options, and names of stacks')
    .addArgument(new Argument('<shell>', 'the shell').choices([...SHELLS]))
    .addHelpText('after', `
The shell completes the word compose8s itself: have node_modules/.bin on the PATH, or before this an alias:
  $ alias compose8s='npx compose8s'
Names of stacks are those of the project that the shell is in: its program is asked.`),
  examples: ['source <(npx compose8s completion bash)', 'source <(npx compose8s completion zsh)', 'npx compose8s completion fish > ~/.config/fish/completions/compose8s.fish'],
  runHere({ args: [shell] }, program) {
    process.stdout.write(completionScript(shell as Shell, program));
    return EXIT.ok;
  },
};
