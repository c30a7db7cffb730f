import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { Problem } from '../model';
import type { OutputFile } from './target';

/** In the output folder: what the last synthesis wrote, so that the next one knows what is its own. */
export const LEDGER = '.compose8s.json';

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
 * All contents are first written to a folder beside, on the same disk, and then renamed one by one: if anything fails
 * before the last is there, the former output is as it was. Files that are the same stay untouched.
 * `scope` limits what is removed: files of the ledger outside of these folders are left for other stacks.
 */
export class Output {
  private readonly ledger: Ledger;

  constructor(private readonly folder: string) {
    const path = join(folder, LEDGER);
    this.ledger = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Ledger) : { files: {} };
  }

  /** Files that are in the way: not ours, and not the same. */
  problems(files: ReadonlyMap<string, OutputFile>): Problem[] {
    return [...files].flatMap(([path, file]): Problem[] => {
      const target = join(this.folder, path);
      if (path in this.ledger.files || !existsSync(target)) return [];
      if (statSync(target).isFile() && readFileSync(target).equals(contentOf(file))) return [];
      return [{ code: 'foreign-file', at: target, what: 'a file stands here that synthesis did not write', fix: 'move it away, or choose another output folder' }];
    });
  }

  write(files: ReadonlyMap<string, OutputFile>, scope: readonly string[]): Written {
    mkdirSync(this.folder, { recursive: true });
    const staging = mkdtempSync(join(this.folder, '.compose8s-'));
    try {
      const hashes: Record<string, string> = {};
      const changed: string[] = [];
      for (const [path, file] of files) {
        const content = contentOf(file);
        hashes[path] = sha256(content);
        const target = join(this.folder, path);
        if (existsSync(target) && sha256(readFileSync(target)) === hashes[path] && isExecutable(target) === Boolean(file.executable)) continue;
        const staged = join(staging, path);
        mkdirSync(dirname(staged), { recursive: true });
        if ('copyOf' in file) copyFileSync(file.copyOf, staged);
        else writeFileSync(staged, content);
        chmodSync(staged, file.executable ? 0o755 : 0o644);
        changed.push(path);
      }
      const others = Object.entries(this.ledger.files).filter(([path]) => !scope.some(folder => path.startsWith(`${folder}/`)));
      const stale = Object.entries(this.ledger.files).filter(([path]) => !(path in hashes) && scope.some(folder => path.startsWith(`${folder}/`)));
      writeFileSync(join(staging, LEDGER), `${JSON.stringify({ files: Object.fromEntries([...others, ...Object.entries(hashes)].sort(([a], [b]) => (a < b ? -1 : 1))) }, null, 1)}\n`);

      for (const path of changed) {
        mkdirSync(dirname(join(this.folder, path)), { recursive: true });
        renameSync(join(staging, path), join(this.folder, path));
      }
      const kept = stale.filter(([path, hash]) => !this.remove(path, hash)).map(([path]) => path);
      renameSync(join(staging, LEDGER), join(this.folder, LEDGER));
      return { written: changed.length, unchanged: files.size - changed.length, removed: stale.length - kept.length, kept };
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }

  private remove(path: string, hash: string): boolean {
    const target = join(this.folder, path);
    if (!existsSync(target)) return true;
    if (sha256(readFileSync(target)) !== hash) return false;
    rmSync(target);
    for (let folder = posix.dirname(path); folder !== '.' && readdirSync(join(this.folder, folder)).length === 0; folder = posix.dirname(folder)) {
      rmdirSync(join(this.folder, folder));
    }
    return true;
  }
}

export function contentOf(file: OutputFile): Buffer {
  return 'copyOf' in file ? readFileSync(file.copyOf) : Buffer.from(file.text);
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function isExecutable(path: string): boolean {
  return (statSync(path).mode & 0o100) !== 0;
}
