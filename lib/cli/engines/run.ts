import { spawn, spawnSync } from 'node:child_process';
import { shellWord } from '../../core/shell';
import { Misuse } from '../errors';
import { complain } from '../terminal';

export interface Started {
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads. Default: what this process reads. */
  readonly input?: string;
}

/** Runs a tool, whose output is shown as it comes, and says what is run. @throws Misuse where it fails. */
export async function run(argv: readonly [string, ...string[]], { env = {}, input }: Started = {}): Promise<void> {
  const [command, ...rest] = argv;
  complain(`→ ${argv.map(shellWord).join(' ')}\n`);
  const code = await new Promise<number>((done, failed) => {
    const child = spawn(command, rest, { stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'], env: { ...process.env, ...env } });
    // It may end before it has read all; its exit code says why.
    child.stdin?.on('error', () => undefined).end(input);
    child.on('error', error => failed(missing(command, error)));
    child.on('close', status => done(status ?? 1));
  });
  if (code !== 0) throw new Misuse(`${command} ended with ${code}`, 'its own words are above; run the same again when they are set right');
}

/** What a tool prints. @throws Misuse where it fails, unless `isEnough` finds that it has done what matters. */
export function ask(argv: readonly [string, ...string[]], isEnough: (failed: { readonly stdout: string; readonly stderr: string }) => boolean = () => false): string {
  const [command, ...rest] = argv;
  const { status, stdout, stderr, error } = spawnSync(command, rest, { encoding: 'utf8', env: process.env });
  if (error) throw missing(command, error);
  if (status !== 0 && !isEnough({ stdout, stderr })) throw new Misuse(`${argv.join(' ')} ended with ${status}: ${stderr.trim()}`, 'set right what it says, then run the same again');
  return stdout;
}

function missing(command: string, error: Error): Misuse {
  return new Misuse(`${command} cannot be run: ${error.message}`, command === 'docker' ? 'install Docker Engine with the Compose plugin, and start it' : `install ${command}, and have it on the PATH`);
}
