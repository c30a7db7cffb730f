import { load } from 'js-yaml';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { Misuse } from './errors';
import { PRELOAD } from './preload';
import { REQUEST, type Request } from '../core/request';

/** Runs the stacks' program, in which the command line is answered, and answers its exit code. */
export function runApp(argv: readonly string[], command = appCommand()): Promise<number> {
  return new AppProcess(argv, command).run();
}

/** What a program written for Node.js loads in any case. Packages that are not there do no harm. */
const PACKAGES = ['cdk8s', 'cdk8s-plus-28', 'commander', 'js-yaml', 'croner', 'ipaddr.js', '@balena/dockerignore'];
/** This library too; but not in a checkout, whose sources may be what changes. */
const MODULES = [...PACKAGES, ...(__filename.endsWith('.js') ? ['../index', '../../constructs', './answer'] : [])];

/** A process for the stacks' program, which answers one command line. */
export class AppProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'compose8s-'));
  private readonly request: Request;
  private waiting: Running | undefined;

  constructor(argv: readonly string[], private readonly command: string) {
    this.request = { argv, answered: join(this.folder, 'answered') };
  }

  /** Starts it already, and has it load what is always the same; `run` then gives the word. Only Node.js can wait so. */
  warmUp(): this {
    if (/^(npx\s+)?(node|tsx|ts-node)\s/.test(this.command)) this.waiting = this.start([...(this.command.includes('tsx') ? ['tsx/cjs'] : []), ...MODULES].flatMap(found));
    if (this.waiting) wordTo(this.waiting.child)?.on('error', () => undefined);
    return this;
  }

  async run(): Promise<number> {
    try {
      const { child, ended } = this.waiting ?? this.start();
      wordTo(child)?.end('.');
      const code = await passingSignals(child, ended);
      if (code === 0 && !existsSync(this.request.answered)) {
        throw new Misuse(`the program ended without answering: ${this.command}`, 'let it end with app.synth(), where app is an App of compose8s');
      }
      return code;
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Ends a process that was never given the word. It may not have read yet what it is to wait for. */
  async discard(): Promise<void> {
    if (this.waiting) {
      wordTo(this.waiting.child)?.destroy();
      await this.waiting.ended.catch(() => undefined);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Through the shell, as npm's scripts are. With modules to load ahead it waits for the word. */
  private start(modules?: readonly string[]): Running {
    const { NODE_OPTIONS: nodeOptions = '' } = process.env;
    const preload = join(this.folder, 'preload.cjs');
    writeFileSync(preload, PRELOAD);
    const env = {
      ...process.env,
      NODE_OPTIONS: `${nodeOptions} --require ${JSON.stringify(preload)}`.trim(),
      COMPOSE8S_PRELOAD: JSON.stringify({ nodeOptions, modules: modules ?? [], waits: modules !== undefined }),
      [REQUEST]: JSON.stringify(this.request),
    };
    const child = spawn(this.command, { shell: true, stdio: ['inherit', 'inherit', 'inherit', ...(modules ? ['pipe' as const] : [])], env });
    const ended = new Promise<number>((done, failed) => {
      child.on('error', failed);
      child.on('close', (code, signal) => done(code ?? 128 + constants.signals[signal!]));
    });
    // One that waits may end at any time; whoever gives it the word will see.
    ended.catch(() => undefined);
    return { child, ended };
  }
}

/** A process, and what it ends with. */
interface Running { readonly child: ChildProcess; readonly ended: Promise<number> }

/** Where a package is; nothing where it is not. */
function found(name: string): string[] {
  try {
    return [require.resolve(name)];
  } catch {
    return [];
  }
}

/** Where a waiting process listens. */
function wordTo(child: ChildProcess): Writable | undefined {
  return child.stdio[3] as Writable | undefined;
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

/** Keys that interrupt reach the program by themselves; it says how it ends. */
async function passingSignals(child: ChildProcess, ended: Promise<number>): Promise<number> {
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  const wait = () => undefined;
  process.on('SIGINT', wait).on('SIGTERM', pass);
  try {
    return await ended;
  } finally {
    process.off('SIGINT', wait).off('SIGTERM', pass);
  }
}
