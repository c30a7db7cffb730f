import { runApp } from './app-process';
import { runProgram } from './program';

// The command line is read here, so that help and mistakes need no program, and once more where it is answered.
const argv = process.argv.slice(2);
void runProgram(argv, (_command, { options }) => runApp(argv, options.app as string | undefined)).then(code => { process.exitCode = code; });
