import type { IConstruct } from 'constructs';
import { cp, chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { systems } from '../../../apps';
import { App, Aspects, synthesize, type OutputFile } from '../../../lib';
import { output } from './shell';

export const PROJECT = resolve(__dirname, '../../..');

/** Copies what the real command emits for a stack, `system/environment`, and of it the Compose folder alone, to a place where nothing else is. */
export async function emit(stack: string, folder: string): Promise<void> {
  const dist = await mkdtemp(join(tmpdir(), 'compose8s-dist-'));
  try {
    await output('npm', ['run', '--silent', 'synth'], { cwd: PROJECT, env: { CDK8S_OUTDIR: dist } });
    await cp(join(dist, stack, 'compose'), folder, { recursive: true });
  } finally {
    await rm(dist, { recursive: true });
  }
}

/** Emits once more to the same place, after somebody changed the stack's program. */
export async function emitAgain(folder: string, path: string, change: (construct: IConstruct) => void): Promise<void> {
  const app = new App({ outdir: folder });
  systems(app);
  Aspects.of(app).add({ visit: change });
  const { emissions, problems } = synthesize(app, (stack, target) => stack.node.path === path && (!target || target.name === 'compose'));
  if (problems.length > 0) throw new Error(problems.map(({ what }) => what).join('\n'));
  for (const [path, file] of emissions[0]!.files) await place(join(folder, path), file);
}

async function place(path: string, file: OutputFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if ('copyOf' in file) await cp(file.copyOf, path);
  else await writeFile(path, file.text);
  await chmod(path, file.executable ? 0o755 : 0o644);
}
