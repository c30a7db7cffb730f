import { Argument } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion';
import type { LocalCommand } from '../command';
import { EXIT } from '../errors';

/** Prints what a shell has to read. */
export const completion: LocalCommand = {
  name: 'completion',
  describe: command => command
    .description('print what makes a shell complete commands and options of compose8s')
    .addArgument(new Argument('<shell>', 'the shell').choices([...SHELLS]))
    .addHelpText('after', '\nThe shell completes the word compose8s itself: have node_modules/.bin on the PATH, or an alias.'),
  examples: ['source <(npx compose8s completion bash)', 'npx compose8s completion fish > ~/.config/fish/completions/compose8s.fish'],
  runHere({ args: [shell] }, program) {
    process.stdout.write(completionScript(shell as Shell, program));
    return EXIT.ok;
  },
};
