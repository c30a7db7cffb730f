import { test } from '@jest/globals';
import { spawnSync } from 'node:child_process';

/** Where a program is on this machine; nothing where it is not. */
export const which = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();

/** Those that are not on this machine. */
export const missing = (...programs: string[]) => programs.filter(program => which(program) === '');

/**
 * Whether this machine has what it takes to check something. Where it lacks something, a test says so in place of the check:
 * skipped on somebody's own machine, failed where `CI` is set, as all must be there.
 */
export function canCheck(what: string, lacking: readonly string[]): boolean {
  if (lacking.length === 0) return true;
  const name = `${what}: NOT CHECKED, this machine lacks ${lacking.join(', ')}`;
  if (isCi()) test(name, () => { throw new Error(name); });
  else test.skip(name, () => {});
  return false;
}

function isCi(): boolean {
  return !['', 'false', '0'].includes(process.env['CI'] ?? '');
}
