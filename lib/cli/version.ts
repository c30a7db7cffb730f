import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of this package. */
export function version(): string {
  return manifest().version;
}

/** What whoever uses this package brings along, with the versions that do. */
export function peers(): Readonly<Record<string, string>> {
  return manifest().peerDependencies;
}

interface Manifest { readonly version: string; readonly peerDependencies: Readonly<Record<string, string>> }

/** From the sources as from what was built of them, it is the next one above. */
function manifest(): Manifest {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
