import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The lines that a script of this folder prints, run in the folder of an app's sources, where it leaves nothing. */
export function runPython(app: string, script: string, ...args: readonly string[]): readonly string[] {
  const cwd = join(__dirname, '../../../apps', app, 'app');
  return execFileSync('python3', ['-B', join(__dirname, script), ...args], { cwd, encoding: 'utf8' }).split('\n').filter(Boolean);
}
