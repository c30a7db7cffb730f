/** Makes what the npm package ships, below `build/`: JavaScript, types, source maps, and the files that are read when it runs. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const FOLDERS = ['lib', 'constructs'];

for (const folder of FOLDERS) rmSync(join(ROOT, 'build', folder), { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', __dirname], { stdio: 'inherit' });
// Scripts, templates and handwritten types; the launcher of the command line is shipped where it is.
const isCompiled = (path: string) => (path.endsWith('.ts') && !path.endsWith('.d.ts')) || path.endsWith('compose8s.cjs') || path.endsWith('.json') || path.startsWith(__dirname);
for (const folder of FOLDERS) cpSync(join(ROOT, folder), join(ROOT, 'build', folder), { recursive: true, filter: path => !isCompiled(path) });
