import { load } from 'js-yaml';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Misuse } from './errors';
import { REQUEST, type Request } from '../core/request';

/** Runs the stacks' program, in which the command line is answered, and answers its exit code. */
export async function runApp(argv: readonly string[], command = appCommand()): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'compose8s-'));
  try {
    const request: Request = { argv, answered: join(folder, 'answered') };
    const code = await run(command, { ...process.env, [REQUEST]: JSON.stringify(request) });
    if (code === 0 && !existsSync(request.answered)) {
      throw new Misuse(`the program ended without answering: ${command}`, 'let it end with app.synth(), where app is an App of compose8s');
    }
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The line `app:` of cdk8s.yaml, as cdk8s' own command reads it. */
export function appCommand(project = process.cwd()): string {
  const path = resolve(project, 'cdk8s.yaml');
  const example = 'for example: app: node --require tsx/cjs apps/main.ts';
  if (!existsSync(path)) throw new Misuse(`there is no cdk8s.yaml in ${project}`, `run this in the project's folder, or write the file with a line that runs the stacks' program, ${example}`);
  const app = (read(path) as { readonly app?: unknown } | null)?.app;
  if (typeof app !== 'string' || app.trim() === '') throw new Misuse(`${path} does not say what runs the stacks' program`, `add a line, ${example}`);
  return app;
}

function read(path: string): unknown {
  try {
    return load(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Misuse(`${path} is not YAML: ${(error as Error).message.split('\n')[0]}`, 'mend it');
  }
}

/** Through the shell, as npm's scripts are; keys that interrupt reach the program by themselves. */
function run(command: string, env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done, failed) => {
    const child = spawn(command, { shell: true, stdio: 'inherit', env });
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on('SIGINT', () => undefined).on('SIGTERM', pass);
    child.on('error', failed);
    child.on('close', (code, signal) => done(code ?? 128 + constants.signals[signal!]));
  });
}
