import { hash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { Problem } from '../model';
import { makeFolder } from './folders';
import type { OutputFile } from './target';

/** In the output folder: what the last synthesis wrote, so that the next one knows what is its own. */
export const LEDGER = '.compose8s.json';
const STAGING = '.compose8s-';

interface Ledger {
  /** Path → SHA-256 of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Written {
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Files of a former run that somebody has changed since: no longer emitted, and left in place. */
  readonly kept: readonly string[];
}

/**
 * Makes a folder hold exactly these files, next to those of other people.
 *
 * All contents are first written to a folder beside, on the same disk, and then put in place; what stood there waits in
 * the same folder until the last one is done, and goes back if anything fails. Files that are the same stay untouched.
 * `scope` limits what is removed, where only a part of the program was synthesized: files of the ledger outside of these
 * folders stay. A whole synthesis removes whatever it no longer emits, also of systems that are gone.
 */
export class Output {
  private readonly ledger: Ledger;

  constructor(private readonly folder: string) {
    this.ledger = readLedger(join(folder, LEDGER));
  }

  /** Files that are in the way: not ours, and not the same. */
  problems(files: ReadonlyMap<string, OutputFile>): Problem[] {
    const noFolders = new Map<string, boolean>();
    const inTheWay = new Set([...files].flatMap(([path, file]) => this.blockers(path, file, noFolders)));
    return [...inTheWay].map(path => ({ code: 'foreign-file', at: join(this.folder, path), what: 'a file stands here that synthesis did not write', fix: 'move it away, or choose another output folder' }));
  }

  write(files: ReadonlyMap<string, OutputFile>, scope?: readonly string[]): Written {
    makeFolder(this.folder);
    this.removeLeftovers();
    const staging = mkdtempSync(join(this.folder, `${STAGING}${process.pid}-`));
    try {
      const hashes: Record<string, string> = {};
      const changed: string[] = [];
      for (const [path, file] of files) {
        const content = contentOf(file);
        hashes[path] = sha256(content);
        const target = join(this.folder, path);
        if (hashOf(target) === hashes[path] && isExecutable(target) === Boolean(file.executable)) continue;
        const staged = join(staging, 'new', path);
        mkdirSync(dirname(staged), { recursive: true });
        writeFileSync(staged, content);
        chmodSync(staged, file.executable ? 0o755 : 0o644);
        changed.push(path);
      }
      const inScope = (path: string) => !scope || scope.some(folder => path.startsWith(`${folder}/`));
      const stale = Object.keys(this.ledger.files).filter(path => !(path in hashes) && inScope(path));
      const kept = stale.filter(path => existsSync(join(this.folder, path)) && !this.isAsWritten(path));
      const removed = stale.filter(path => !kept.includes(path));
      const others = Object.entries(this.ledger.files).filter(([path]) => !inScope(path));
      const ledger = Object.fromEntries([...others, ...Object.entries(hashes)].sort(([a], [b]) => (a < b ? -1 : 1)));
      mkdirSync(join(staging, 'new'), { recursive: true });
      writeFileSync(join(staging, 'new', LEDGER), `${JSON.stringify({ files: ledger }, null, 1)}\n`);
      // A run that is killed from here on leaves files of both: the next one has to know all of them for its own.
      this.writeLedger(staging, { ...hashes, ...this.ledger.files });
      try {
        this.replace(staging, removed, [...changed, LEDGER]);
      } catch (error) {
        this.writeLedger(staging, this.ledger.files);
        throw error;
      }
      return { written: changed.length, unchanged: files.size - changed.length, removed: removed.length, kept };
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }

  private writeLedger(staging: string, files: Readonly<Record<string, string>>): void {
    const path = join(staging, LEDGER);
    writeFileSync(path, `${JSON.stringify({ files }, null, 1)}\n`);
    renameSync(path, join(this.folder, LEDGER));
  }

  /** What runs that were killed have left beside the output. */
  private removeLeftovers(): void {
    for (const name of readdirSync(this.folder)) {
      const pid = new RegExp(`^\\${STAGING}(\\d+)-`).exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(this.folder, name), { recursive: true, force: true });
    }
  }

  /** All or nothing: whatever fails, every step so far is taken back. */
  private replace(staging: string, removed: readonly string[], changed: readonly string[]): void {
    const undo: (() => void)[] = [];
    const move = (from: string, to: string) => {
      mkdirSync(dirname(to), { recursive: true });
      renameSync(from, to);
      undo.push(() => {
        mkdirSync(dirname(from), { recursive: true });
        renameSync(to, from);
      });
    };
    const setAside = (path: string) => {
      if (lstatSync(join(this.folder, path), { throwIfNoEntry: false })) move(join(this.folder, path), join(staging, 'former', path));
    };
    try {
      for (const path of removed) {
        setAside(path);
        this.removeEmptyFolders(posix.dirname(path));
      }
      for (const path of changed) {
        setAside(path);
        move(join(staging, 'new', path), join(this.folder, path));
      }
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    }
  }

  private removeEmptyFolders(folder: string): void {
    if (folder === '.' || !existsSync(join(this.folder, folder)) || readdirSync(join(this.folder, folder)).length > 0) return;
    rmdirSync(join(this.folder, folder));
    this.removeEmptyFolders(posix.dirname(folder));
  }

  /**
   * What hinders a file from being written: files where it or its folders are to be, but for ours, which make way.
   * @param noFolders what is known already of folders, which many files share.
   */
  private blockers(path: string, file: OutputFile, noFolders: Map<string, boolean>): string[] {
    const folders = path.split('/').map((_, i, parts) => parts.slice(0, i).join('/')).slice(1);
    const inFolders = folders.filter(folder => {
      const place = join(this.folder, folder);
      if (!noFolders.has(folder)) noFolders.set(folder, existsSync(place) && !statSync(place).isDirectory());
      return noFolders.get(folder);
    });
    const target = join(this.folder, path);
    const there = inFolders.length > 0 ? undefined : lstatSync(target, { throwIfNoEntry: false });
    if (there?.isDirectory()) inFolders.push(...filesBelow(target).map(below => `${path}/${below}`));
    const itself = there && !there.isDirectory() && !(path in this.ledger.files) && hashOf(target) !== sha256(contentOf(file)) ? [path] : [];
    return [...inFolders.filter(other => !this.isAsWritten(other)), ...itself];
  }

  private isAsWritten(path: string): boolean {
    return path in this.ledger.files && hashOf(join(this.folder, path)) === this.ledger.files[path];
  }
}

/** What the last synthesis wrote to a folder. */
export function writtenIn(folder: string): string[] {
  return Object.keys(readLedger(join(folder, LEDGER)).files);
}

/** One that cannot be read claims nothing: what stands there is taken for other people's. */
function readLedger(path: string): Ledger {
  try {
    const { files } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Ledger>;
    return { files: files ?? {} };
  } catch {
    return { files: {} };
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? filesBelow(join(folder, entry.name)).map(below => `${entry.name}/${below}`) : [entry.name]));
}

/** `undefined` where there is no file. */
function hashOf(path: string): string | undefined {
  return existsSync(path) && statSync(path).isFile() ? sha256(readFileSync(path)) : undefined;
}

export function contentOf(file: OutputFile): Buffer {
  return 'copyOf' in file ? readFileSync(file.copyOf) : Buffer.from(file.text);
}

export function sha256(content: string | Buffer): string {
  return hash('sha256', content);
}

function isExecutable(path: string): boolean {
  return (statSync(path).mode & 0o100) !== 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
