import { expect } from '@jest/globals';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesBelow } from './secrets';

/**
 * A snapshot of several texts, kept as files of their own in a folder, where people can read them. As with jest's own,
 * `--updateSnapshot` writes them anew, the first run writes them unless `--ci` forbids it, and what is left over is a fault.
 */
export function expectKept(folder: string, files: Readonly<Record<string, string>>): void {
  const { snapshotState } = expect.getState() as unknown as { readonly snapshotState: { readonly _updateSnapshot: 'all' | 'new' | 'none' } };
  const updates = snapshotState._updateSnapshot;
  if (updates === 'all' || (updates === 'new' && !existsSync(folder))) write(folder, files);
  const kept = Object.fromEntries(existsSync(folder) ? filesBelow(folder) : []);
  expect(Object.keys(files).sort()).toEqual(Object.keys(kept).sort());
  // One by one: a difference is shown line by line.
  for (const [path, text] of Object.entries(files)) expect(`# ${path}\n${text}`).toBe(`# ${path}\n${kept[path]}`);
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
