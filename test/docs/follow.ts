/**
 * Follows a page word by word: runs its `sh` blocks in one shell after the other, in the folder where the one before ended,
 * writes the `ts` blocks that have a file, and looks for each line of a `text` block in what the command before it printed.
 *
 *   node --require tsx/cjs follow.ts <page> <folder> [docker] [cluster=<registry>]
 *
 * `<!-- docker -->` and `<!-- cluster -->` before a block: only where a further argument says so. `registry.example` is then that
 * registry, from the first file on that names it. `<!-- exit=1 -->`: the command ends so.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf } from './blocks';

const [page, start, ...further] = process.argv.slice(2) as [string, string, ...string[]];
const present = new Map(further.map(word => word.split('=') as [string, string]));
const PLACEHOLDER = 'registry.example';
let registry = PLACEHOLDER;
const folderFile = join(start, '.folder');
let folder = start;
/** By the command before; nothing where it was left out. */
let printed: string | undefined;
let failures = 0;

function fail(place: string, why: string): void {
  failures++;
  console.error(`✖ ${place}: ${why}`);
}

/** `…` in a line of the page stands for anything. */
function isIn(line: string, text: string): boolean {
  const pattern = line.trim().split('…').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')).join('.*');
  return new RegExp(pattern).test(text);
}

for (const { line, language, text: written, attributes } of blocksOf(page)) {
  const place = `${page}:${line}`;
  if (attributes.file !== undefined && written.includes(PLACEHOLDER)) registry = present.get('cluster') ?? registry;
  const text = written.replaceAll(PLACEHOLDER, registry);
  const isSkipped = ['docker', 'cluster'].some(needed => needed in attributes && !present.has(needed));
  if (language === 'sh' && isSkipped) {
    printed = undefined;
    console.log(`- ${place}: left out`);
  } else if (language === 'sh') {
    const began = Date.now();
    const run = spawnSync('bash', ['-euo', 'pipefail', '-c', `trap 'pwd >${folderFile}' EXIT\n${text}`], { cwd: folder, encoding: 'utf8', input: '' });
    printed = run.stdout + run.stderr;
    folder = readFileSync(folderFile, 'utf8').trim();
    console.log(`- ${place}: ${text.split('\n')[0]!} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    if (run.status !== Number(attributes.exit ?? 0)) fail(place, `it ended with ${run.status}\n${printed}`);
  } else if (attributes.file !== undefined) {
    writeFileSync(join(folder, attributes.file), text);
    console.log(`- ${place}: ${attributes.file}`);
  } else if (language === 'text' && !isSkipped && printed !== undefined) {
    for (const expected of text.split('\n').filter(one => one.trim() !== '' && one.trim() !== '…')) if (!isIn(expected, printed)) fail(place, `'${expected}' was not printed, but:\n${printed}`);
  }
  if (failures > 0) break;
}
process.exitCode = failures > 0 ? 1 : 0;
