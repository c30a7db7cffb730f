import { spawn, spawnSync } from 'node:child_process';
import { output, run } from './shell';
import { until } from './until';

const NAME = 'compose8s-e2e';
/** Addresses for documentation: nobody has them. */
const HERE = '198.51.100.1';
const THERE = '198.51.100.2';
const PORT = 8099;

const ASK = `
  const [host, port, path, name] = process.argv.slice(1);
  require('http').get({ host, port, path, headers: { host: name } }, answer => answer.pipe(process.stdout));
`;

/**
 * What {@link outside} lacks here. A machine of the internet is imitated by a network namespace, which knows no way back to
 * the addresses of containers, as the internet does not.
 */
export const lackingForOutside = [
  ...((process.env['DOCKER_HOST'] ?? 'unix:').startsWith('unix:') ? [] : ['the engine itself, which is elsewhere']),
  ...(process.getuid?.() === 0 ? [] : ['root']),
  ...(spawnSync('ip', ['netns']).status === 0 ? [] : ['ip netns (iproute2)']),
];

export interface Outside {
  /** Where its server is. */
  readonly target: { readonly host: string; readonly port: number };
  /** What it gets from a published port of this machine by plain HTTP. */
  ask(port: number, path: string, host: string): Promise<string>;
}

/** Sets up a machine outside, with a server on it, for as long as something is tried. */
export async function outside<T>(attempt: (outside: Outside) => Promise<T>): Promise<T> {
  const serve = `require('net').createServer(s => s.on('error', () => {}).end('here\\n')).listen(${PORT}, '${THERE}')`;
  await run('ip', ['netns', 'del', NAME]);
  await output('ip', ['netns', 'add', NAME]);
  let server: ReturnType<typeof spawn> | undefined;
  try {
    await output('ip', ['link', 'add', 'compose8s-here', 'type', 'veth', 'peer', 'name', 'compose8s-there', 'netns', NAME]);
    await output('ip', ['address', 'add', `${HERE}/24`, 'dev', 'compose8s-here']);
    await output('ip', ['link', 'set', 'compose8s-here', 'up']);
    await output('ip', ['-n', NAME, 'address', 'add', `${THERE}/24`, 'dev', 'compose8s-there']);
    await output('ip', ['-n', NAME, 'link', 'set', 'compose8s-there', 'up']);
    server = spawn('ip', ['netns', 'exec', NAME, process.execPath, '-e', serve], { stdio: 'ignore' });
    await until('the server outside listens', async () => (await run('ip', ['netns', 'exec', NAME, 'sh', '-c', `grep -qi ':${PORT.toString(16)} ' /proc/net/tcp`])).code === 0);
    return await attempt({
      target: { host: THERE, port: PORT },
      ask: (port, path, host) => output('ip', ['netns', 'exec', NAME, process.execPath, '-e', ASK, HERE, `${port}`, path, host]),
    });
  } finally {
    server?.kill();
    await run('ip', ['netns', 'del', NAME]);
  }
}
