import { spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a program to its end, whatever its exit code; without the program the code is 127. */
export function run(program: string, args: readonly string[], { cwd, env, input = '' }: RunOptions = {}): Promise<Outcome> {
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => { output[name] += text; });
    }
    child.on('error', error => resolve({ code: 127, stdout: '', stderr: error.message }));
    child.on('close', code => resolve({ code: code ?? 1, ...output }));
    // A program that ends without reading its input breaks the pipe; its exit code says the rest.
    child.stdin.on('error', () => {}).end(input);
  });
}

/** Its standard output; throws what it wrote where it fails. */
export async function output(program: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stderr}${stdout}`);
  return stdout;
}
