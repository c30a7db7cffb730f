import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type Outcome, type RunOptions } from './shell';
import { sleep } from './until';

const BASH = ['--norc', '-euo', 'pipefail'];
/** These go on until somebody ends them. */
const FOLLOWS = /^(?:docker compose|kubectl) logs (?:\S+ )*--follow\b/;
/** These are for somebody at a terminal. */
const PROMPTS = /^(?:docker compose|kubectl) exec /;

export interface Reading extends RunOptions {
  /** The lines that are typed at a prompt, by a word of the command that opens it. */
  readonly typed?: Readonly<Record<string, readonly string[]>>;
  /** Logs are followed until they say so. */
  readonly until?: RegExp;
}

/**
 * Runs the lines of a shell block as a person would who follows a page: one that follows logs is ended by Ctrl+C once it
 * has shown what was waited for; a prompt is at a terminal. @throws with all that was said, at the first line that fails.
 */
export async function follow(block: string, { typed = {}, until = /./, ...options }: Reading): Promise<string> {
  let said = '';
  for (const commands of passages(block)) {
    const outcome = FOLLOWS.test(commands) ? { code: 0, stdout: await logs(commands, until, options), stderr: '' }
      : PROMPTS.test(commands) ? await atTerminal(commands, Object.entries(typed).find(([word]) => commands.includes(word))?.[1] ?? [], options)
        : await bash(commands, options);
    said += outcome.stdout + outcome.stderr;
    if (outcome.code !== 0) throw new Error(`this ended with ${outcome.code}:\n${commands}\n${said}`);
  }
  return said;
}

/** Lines that can run together, and each of those that want a person. */
function passages(block: string): readonly string[] {
  const commands = block.trimEnd().split(/(?<!\|)\n/);
  const isForPerson = (command: string) => FOLLOWS.test(command) || PROMPTS.test(command);
  return commands.reduce<string[]>((all, command, i) => (
    i > 0 && !isForPerson(command) && !isForPerson(commands[i - 1]!) ? [...all.slice(0, -1), `${all.at(-1)}\n${command}`] : [...all, command]), []);
}

export function bash(commands: string, options: RunOptions = {}): Promise<Outcome> {
  return run('bash', [...BASH, '-c', commands], options);
}

/** Thrown where a command was to go on, and did not. */
class Ended extends Error {}

/** What was said when it was waited for. A pod that has no node yet says nothing, and there kubectl ends in place of following it. */
async function logs(command: string, said: RegExp, options: RunOptions): Promise<string> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      return await during(command, said, async () => {}, options);
    } catch (error) {
      if (!(error instanceof Ended) || Date.now() > end) throw error;
      await sleep(500);
    }
  }
}

/** Does some work while a command goes on, from when it has said something, and ends it by what Ctrl+C sends. Returns all that it said. */
export async function during(command: string, said: RegExp, work: () => Promise<void>, { cwd, env }: RunOptions = {}, seconds = 90): Promise<string> {
  const child = spawn('bash', [...BASH, '-c', command], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  const end = () => { if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGINT'); };
  const closed = new Promise<void>(resolve => child.on('close', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      const message = (why: string) => `${why} before it said ${said}:\n${command}\n${output}`;
      const late = setTimeout(() => reject(new Error(message(`${seconds} s went by`))), seconds * 1000);
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (said.test(output)) resolve();
        });
      }
      void closed.then(() => reject(new Ended(message(`it ended with ${child.exitCode ?? child.signalCode}`)))).finally(() => clearTimeout(late));
    });
    await work();
  } finally {
    end();
    await closed;
  }
  return output;
}

/** At a terminal, which `script` of util-linux makes, with a line typed at each prompt. */
export async function atTerminal(commands: string, lines: readonly string[], { cwd, env }: RunOptions = {}, seconds = 90): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'compose8s-e2e-terminal-'));
  try {
    await writeFile(join(folder, 'commands'), commands);
    const child = spawn('script', ['--quiet', '--return', '--command', `stty rows 40 columns 120; bash ${BASH.join(' ')} ${folder}/commands`, '/dev/null'], { cwd, env: { ...process.env, ...env } });
    const left = [...lines];
    let stdout = '';
    let unanswered = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      unanswered += text;
      // A program that does not know how large the terminal is yet asks where the cursor is.
      if (text.includes(WHERE_IS_THE_CURSOR)) child.stdin.write('\u001b[1;120R');
      if (!PROMPT.test(unanswered.replaceAll(CONTROL, '')) || left.length === 0) return;
      unanswered = '';
      child.stdin.write(`${left.shift()}\r`); // the key Enter
    });
    child.stdin.on('error', () => {}); // it ended; its exit code says the rest
    let isLate = false;
    const late = setTimeout(() => { isLate = true; child.kill(); }, seconds * 1000);
    const [code] = await once(child, 'close') as [number | null];
    clearTimeout(late);
    return { code: isLate ? 124 : code ?? 1, stdout, stderr: isLate ? `not ended after ${seconds} s` : '' };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const WHERE_IS_THE_CURSOR = '\u001b[6n';
const PROMPT = /[>#] $/;
// eslint-disable-next-line no-control-regex -- those of a terminal
const CONTROL = /\u001b\[[0-9;?]*[A-Za-z]|\r/g;
