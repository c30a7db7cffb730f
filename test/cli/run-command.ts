import { afterEach, beforeEach, jest } from '@jest/globals';
import type { App } from '../../lib';
import { runProgram } from '../../lib/cli/program';
import { Project } from '../../lib/cli/project';
import { cleanUp, shop, temporaryFolder, type ShopProps } from '../support/secrets';

/** Runs a command line on the shop, in the current folder, as the stacks' program does. */
export async function compose8s(line: string, props: ShopProps | (() => App) = {}): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map(stream => jest.spyOn(process[stream], 'write').mockImplementation(text => {
    output[stream] += String(text);
    return true;
  }));
  try {
    const code = await runProgram(line.split(' '), (command, call) => command.run(new Project(typeof props === 'function' ? props() : shop({ environments: ['dev', 'prod'], ...props })), call));
    return { code, ...output };
  } finally {
    spies.forEach(spy => spy.mockRestore());
  }
}

/** Each test of the file begins in an empty folder, and leaves nothing. */
export function eachInFolderOfItsOwn(): void {
  const home = process.cwd();
  beforeEach(() => process.chdir(temporaryFolder()));
  afterEach(() => {
    process.chdir(home);
    process.exitCode = undefined;
    cleanUp();
  });
}
