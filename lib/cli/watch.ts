import { watch as watchFiles } from 'chokidar';
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { LEDGER } from '../core/output';
import { AppProcess } from './app-process';
import { EXIT } from './errors';
import { complain } from './terminal';

/** Files of the project that say nothing about its stacks. */
const IGNORED = new Set(['node_modules', '.git', '.idea', '.vscode']);
/** Further down, these are names like any other: `constructs/secrets`. */
const IGNORED_AT_THE_TOP = new Set(['secrets', 'coverage']);
/** What other programs keep writing beside the sources, perhaps a record of this very one. */
const NOISE = /\.(log|tsbuildinfo|swp|swx)$|~$/;
/** Editors write a file in several steps. */
const PAUSE = 30;

/**
 * Runs the program now and again after each change, in a fresh process each time, so that nothing of the former run is
 * left in it. The next process is started ahead and waits, loaded: a change then takes a part of a second.
 */
export async function watchApp(argv: readonly string[], command: string, project = process.cwd()): Promise<number> {
  const changes = new Changes();
  const watcher = watchFiles(project, { ignoreInitial: true, ignored: path => isIgnored(path, project) || isOutput(path, project) });
  watcher.on('all', (_event, path) => { if (!isOutput(path, project)) changes.add(relative(project, path)); });
  let next = new AppProcess(argv, command);
  process.once('SIGINT', () => changes.end()).once('SIGTERM', () => changes.end());
  for (;;) {
    const began = performance.now();
    // What is wrong has been printed; the next change may set it right.
    await next.run().catch((error: unknown) => complain(`✖ ${(error as Error).message}\n`));
    next = new AppProcess(argv, command).warmUp();
    complain(`${Math.round(performance.now() - began)} ms; waiting for a change (Ctrl-C ends it)\n`);
    // The output may have been new: now that it is complete, it can be told by its ledger.
    const fromSources = async () => (await changes.next())?.filter(path => !isOutput(join(project, path), project));
    let changed = await fromSources();
    while (changed?.length === 0) changed = await fromSources();
    if (changed === undefined) break;
    complain(`\n~ ${changed.join(', ')}\n`);
  }
  await Promise.all([next.discard(), watcher.close()]);
  return EXIT.ok;
}

/** Collects changes until somebody asks for them. */
class Changes {
  private paths = new Set<string>();
  private isOver = false;
  private wake: (() => void) | undefined;

  add(path: string): void {
    this.paths.add(path);
    this.wake?.();
  }

  end(): void {
    this.isOver = true;
    this.wake?.();
  }

  /** What has changed since the last call; `undefined` when it is over. */
  async next(): Promise<string[] | undefined> {
    if (this.paths.size === 0 && !this.isOver) await new Promise<void>(wake => { this.wake = wake; });
    if (this.isOver) return undefined;
    await new Promise(done => setTimeout(done, PAUSE));
    const changed = [...this.paths].sort();
    this.paths = new Set();
    return changed;
  }
}

function isIgnored(path: string, project: string): boolean {
  return IGNORED.has(basename(path)) || IGNORED_AT_THE_TOP.has(relative(project, path)) || NOISE.test(path);
}

/** Whether it lies in a folder that synthesis writes, wherever the program has it. */
function isOutput(path: string, project: string): boolean {
  for (let folder = path; folder !== project && folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, LEDGER))) return true;
  }
  return false;
}
