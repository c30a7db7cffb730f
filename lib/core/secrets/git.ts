import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** What git says of a folder: whether it keeps off it, and which files in it are already part of the project. Nothing, where there is no git. */
export function gitView(folder: string): { readonly ignored: boolean; readonly tracked: readonly string[] } | undefined {
  let cwd = folder;
  while (!existsSync(cwd)) cwd = dirname(cwd);
  const git = (...args: string[]) => spawnSync('git', args, { cwd, encoding: 'utf8' });
  if (git('rev-parse', '--is-inside-work-tree').status !== 0) return undefined;
  // A name inside of it: a rule may be for what is in the folder, as that of our own `.gitignore` is.
  const ignored = git('check-ignore', '--quiet', '--no-index', `${folder}/value`).status === 0;
  const tracked = existsSync(folder) ? git('ls-files', '-z', '--', folder).stdout.split('\0').filter(path => path !== '' && !path.endsWith('.gitignore')) : [];
  return { ignored, tracked };
}
