import type { Outcome } from './shell';
import { run } from './shell';
import type { RunningStack } from './stack';

export interface Start {
  readonly config: Outcome;
  readonly build: Outcome;
  readonly up: Outcome;
  /** From `up` until all is healthy, without the building of images. */
  readonly seconds: number;
}

/** What the output of synthesis says to run, in steps, so that the start can be measured apart from the build. */
export async function start(stack: RunningStack): Promise<Start> {
  const config = await stack.run('config', '--quiet');
  const build = await stack.run('--profile', '*', 'build');
  const began = Date.now();
  const up = await stack.run('up', '--wait');
  const seconds = (Date.now() - began) / 1000;
  process.stdout.write(`cedrus/${stack.environment}: up and healthy in ${seconds.toFixed(1)} s\n`);
  if (up.code !== 0) process.stderr.write(`${up.stderr}\n${(await stack.run('ps', '--all')).stdout}\n${(await stack.run('logs', '--tail', '30')).stdout}\n`);
  return { config, build, up, seconds };
}

/** The size of an image with all its layers, in megabytes. */
export async function imageSize(reference: string): Promise<number> {
  const { stdout } = await run('docker', ['image', 'inspect', '--format', '{{.Size}}', reference]);
  return Number(stdout) / 1e6;
}
