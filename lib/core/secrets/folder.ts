import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, lstatSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { makeFolder } from '../folders';

/** A value: any user may read it, as those in containers have to, if the folder lets them in. */
const VALUE = 0o444;
/** For its owner alone. */
const PRIVATE = 0o600;
const FOLDER = 0o700;

/** Files that hold no value of a key. */
export const ENVIRONMENT_FILE = '.env';
export const REVISION_KEY = '.revision-key';

/** Windows has no such modes. */
const HAS_MODES = process.platform !== 'win32';

export interface WrongMode {
  readonly path: string;
  readonly mode: number;
  /** Whether `secrets init` sets it right. Not so for a folder that somebody else has named: it may be for other things too. */
  readonly mended: boolean;
  readonly wanted: number;
}

/**
 * The folder with the values of one environment: a folder for each secret, a file for each key. What is made here is never
 * overwritten, and appears complete or not at all, also when several processes make it at once.
 */
export class SecretsFolder {
  private constructor(readonly path: string, /** The outermost folder that is only for secrets. */ readonly root: string, private readonly isOurs: boolean) {}

  /** `<project>/secrets/<system>/<environment>`, where Compose looks by default. */
  static inProject(project: string, stackPath: string): SecretsFolder {
    const root = resolve(project, 'secrets');
    return new SecretsFolder(join(root, stackPath), root, true);
  }

  /** Some other folder, that of one environment. */
  static at(path: string): SecretsFolder {
    return new SecretsFolder(resolve(path), resolve(path), false);
  }

  get exists(): boolean {
    return this.state('.') === 'folder';
  }

  /** For people. */
  display(path = '.'): string {
    return displayed(join(this.path, path));
  }

  state(path: string): 'missing' | 'file' | 'folder' {
    const stats = statOf(join(this.path, path));
    return !stats ? 'missing' : stats.isDirectory() ? 'folder' : 'file';
  }

  read(path: string): Buffer | undefined {
    return this.state(path) === 'file' ? readFileSync(join(this.path, path)) : undefined;
  }

  /** The folder of a secret, so that a value can be put into it. */
  makeFolder(path = '.'): void {
    makeFolder(join(this.path, path), FOLDER);
  }

  /** Makes a file that is not there yet; says whether it did. A folder without content gives way: Docker makes such where a file to mount is missing. */
  create(path: string, content: string, mode = VALUE): boolean {
    this.makeFolder(dirname(path));
    if (!this.clearEmptyFolder(path)) return false;
    const staged = this.stage(content, mode);
    try {
      // Unlike a renaming, a link never takes the place of what is there.
      linkSync(staged, join(this.path, path));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(staged);
    }
  }

  /** Makes files that belong together, in a folder of their own; says whether it did. */
  createTogether(folder: string, files: Readonly<Record<string, string>>): boolean {
    this.makeFolder();
    if (this.state(folder) === 'folder' && readdirSync(join(this.path, folder)).length > 0) {
      // Whoever makes the first makes them all.
      return Object.entries(files).every(([name, content]) => this.create(`${folder}/${name}`, content));
    }
    const staging = mkdtempSync(join(this.path, '.new-'));
    try {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(staging, name), content, { mode: VALUE });
      renameSync(staging, join(this.path, folder));
      return true;
    } catch (error) {
      rmSync(staging, { recursive: true, force: true });
      if (['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  }

  /** Writes a file that is derived from others; says whether it was different. */
  replace(path: string, content: string): boolean {
    if (this.read(path)?.equals(Buffer.from(content))) return false;
    this.makeFolder();
    renameSync(this.stage(content, PRIVATE), join(this.path, path));
    return true;
  }

  /** What a stack knows nothing of: folders and files of this environment besides these. */
  besides(known: ReadonlySet<string>): string[] {
    if (!this.exists) return [];
    return readdirSync(this.path, { withFileTypes: true })
      .filter(entry => !entry.name.startsWith('.'))
      .flatMap(entry => (entry.isDirectory() ? readdirSync(join(this.path, entry.name)).map(file => `${entry.name}/${file}`) : [entry.name]))
      .filter(path => !known.has(path));
  }

  /** Folders that let others in, values that containers cannot read or others can change. */
  wrongModes(values: readonly string[]): WrongMode[] {
    if (!HAS_MODES) return [];
    const folders = [...new Set([...this.foldersAbove(), this.path, ...values.map(value => dirname(join(this.path, value)))])];
    return [
      ...folders.flatMap(path => modeFault(path, FOLDER, mode => (mode & 0o077) === 0, this.isOurs || path !== this.root)),
      ...values.flatMap(value => modeFault(join(this.path, value), VALUE, mode => (mode & 0o004) !== 0 && (mode & 0o022) === 0)),
      ...[ENVIRONMENT_FILE, REVISION_KEY].flatMap(file => modeFault(join(this.path, file), PRIVATE, mode => (mode & 0o077) === 0)),
    ];
  }

  /** Sets right what may be; returns the rest. */
  mendModes(values: readonly string[]): WrongMode[] {
    return this.wrongModes(values).filter(({ path, mended, wanted }) => {
      if (mended) chmodSync(path, wanted);
      return !mended;
    });
  }

  private clearEmptyFolder(path: string): boolean {
    if (this.state(path) !== 'folder') return true;
    if (readdirSync(join(this.path, path)).length > 0) return false;
    rmdirSync(join(this.path, path));
    return true;
  }

  private foldersAbove(): string[] {
    const folders: string[] = [];
    for (let folder = dirname(this.path); folder.startsWith(this.root) && this.path !== this.root; folder = dirname(folder)) folders.unshift(folder);
    return folders;
  }

  private stage(content: string, mode: number): string {
    const path = join(this.path, `.new-${randomBytes(6).toString('hex')}`);
    writeFileSync(path, content, { mode: PRIVATE, flag: 'wx' });
    chmodSync(path, mode);
    return path;
  }
}

/** For people: seen from where they are, if it is below. */
export function displayed(path: string): string {
  const seen = relative(process.cwd(), path) || '.';
  return seen.startsWith('..') ? path : seen;
}

function modeFault(path: string, wanted: number, isRight: (mode: number) => boolean, mended = true): WrongMode[] {
  const stats = statOf(path);
  // What a symbolic link leads to is somebody else's affair.
  if (!stats || lstatSync(path).isSymbolicLink()) return [];
  const mode = stats.mode & 0o777;
  return isRight(mode) ? [] : [{ path: displayed(path), mode, mended, wanted }];
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
