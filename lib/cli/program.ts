import { Command, CommanderError } from 'commander';
import { SynthesisError } from '../core/synthesis';
import type { Call, CliCommand, GraphCommand } from './command';
import { COMMANDS } from './commands';
import { EXIT, Misuse, misuseOf } from './errors';
import { refuseTwice } from './options';
import { complain, count } from './terminal';
import { version } from './version';

export type Handler = (command: GraphCommand, call: Call) => number | Promise<number>;

const FIRST_STEPS = `First steps:
  $ npx compose8s init shop && cd shop && npm install   a project, with a stack to begin from
  $ npx compose8s synth                                 its Compose files and manifests, in dist/
  $ npx compose8s up shop/dev                           running
Each command has examples: npx compose8s up --help`;

const EXIT_CODES = `
Exit codes:
  0  done, and nothing is wrong
  1  something is wrong with the stacks or their secrets; it was printed
  2  the command line, or what it needs to start, is wrong
  3  diff: something would change
  4  diff: data is at risk
  5  compare: the first stack is weaker than the second
  Where the stacks' program fails by itself, its own exit code.`;

/** Reads a command line, has its command handled, and answers the exit code. Mistakes are printed, without a stack trace. */
export async function runProgram(argv: readonly string[], handle: Handler): Promise<number> {
  let code: number = EXIT.ok;
  const program = programOf(COMMANDS, async (command, call) => { code = await ('runHere' in command ? command.runHere(call, program) : handle(command, call)); });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said what is wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misuse;
    return report(error);
  }
}

function programOf(commands: readonly CliCommand[], handle: (command: CliCommand, call: Call) => Promise<void>): Command {
  const program = new Command('compose8s')
    .description('One description of a system, as Docker Compose files and Kubernetes manifests.')
    .version(version())
    .option('--app <command>', 'what runs the program with the stacks (default: the line `app:` of cdk8s.yaml)')
    .showHelpAfterError('(compose8s --help shows what there is)')
    .addHelpText('after', `\n${FIRST_STEPS}\n${EXIT_CODES}`)
    .exitOverride();
  for (const command of commands) {
    const { name, examples } = command;
    const described = command.describe(placeOf(program, name))
      .addHelpText('after', `\nExamples:\n${examples.map(example => `  $ ${example}`).join('\n')}\n${EXIT_CODES}`)
      .action(() => handle(command, { args: described.processedArgs, options: described.optsWithGlobals() }));
    refuseTwice(described);
  }
  refuseTwice(program);
  return program;
}

/** `secrets init` is the command `init` in the group `secrets`. */
function placeOf(program: Command, name: string): Command {
  const words = name.split(' ');
  const last = words.pop()!;
  const group = words.reduce((parent, word) => parent.commands.find(command => command.name() === word) ?? parent.command(word).description(GROUPS[word] ?? ''), program);
  return group.command(last);
}

const GROUPS: Readonly<Record<string, string>> = {
  secrets: 'the values of secrets, which are never part of the output: make them, check them, hand them to a cluster',
};

function report(error: unknown): number {
  if (error instanceof SynthesisError) {
    complain(`${error.message}\n${count(error.problems.length, 'problem')}\n`);
    return EXIT.problems;
  }
  const misuse = error instanceof Misuse ? error : misuseOf(error);
  if (!misuse) throw error;
  complain(`✖ ${misuse.message}\n`);
  return EXIT.misuse;
}
