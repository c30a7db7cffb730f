import type { Command } from 'commander';
import type { Project } from './project';

/** What was asked for, read from the command line. */
export interface Call {
  /** What stands behind `argument` names, in their order; a list for the last one if it takes several. */
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

interface Described {
  /** `secrets init` */
  readonly name: string;
  /** Says what it takes: description, arguments, options. */
  describe(command: Command): Command;
  readonly examples: readonly string[];
}

/**
 * A command that looks at the graphs. It runs in the process of the stacks' program, so that it meets the very objects
 * that the program made, with whatever runs TypeScript there.
 */
export interface GraphCommand extends Described {
  /** Answers the exit code. */
  run(project: Project, call: Call): number | Promise<number>;
}

/** A command that needs no program. */
export interface LocalCommand extends Described {
  /** Answers the exit code. `program` is the tree of all commands. */
  runHere(call: Call, program: Command): number | Promise<number>;
}

export type CliCommand = GraphCommand | LocalCommand;
