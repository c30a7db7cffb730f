import { appCommand, runApp } from './app-process';
import { runProgram } from './program';
import { outliveReaders } from '../core/readers';

outliveReaders();

// The command line is read here, so that help and mistakes need no program, and once more where it is answered.
const argv = process.argv.slice(2);
void runProgram(argv, (_command, { options }) => {
  const command = (options.app as string | undefined) ?? appCommand();
  if (!options.watch) return runApp(argv, command);
  // Loaded only here: no other command watches anything.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (require('./watch') as typeof import('./watch')).watchApp(argv, command);
}).then(code => { process.exitCode = code; });
