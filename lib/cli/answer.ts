import { writeFileSync } from 'node:fs';
import type { App } from '../core/app';
import { runProgram } from './program';
import { Project } from './project';
import { printAnswer, type Request } from '../core/request';
import { outliveReaders } from '../core/readers';

/** Answers a command line in the process of the stacks' program, where `App.synth` comes here instead of writing output. */
export async function answer(app: App, { argv, answered }: Request): Promise<void> {
  outliveReaders();
  printAnswer();
  writeFileSync(answered, '');
  const code = await runProgram(argv, (command, call) => command.run(new Project(app), call));
  if (code !== 0) process.exitCode = code;
}
