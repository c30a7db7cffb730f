import { existsSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PROJECT } from './emission';
import { output } from './shell';

/** Copies what a checkout of this project holds, without its tests, to a folder of its own: commands that write there harm nobody. */
export async function copyProject(folder: string): Promise<void> {
  const files = (await output('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: PROJECT })).split('\0').filter(Boolean);
  for (const file of files.filter(path => !path.startsWith('test/') && existsSync(join(PROJECT, path)))) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(PROJECT, file), join(folder, file));
  }
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
}
