import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { output } from './shell';

/** The published ports of a stack by the name of their variable, `WEB_HTTP_PORT`; of those that are one for each replica the first. */
export type Ports = Readonly<Record<string, number>>;

/**
 * Makes `.env` of `.env.example` as its comments say: ports that are free here, no more CPUs than here are, and
 * whatever else is given. That every variable is in the example is part of what is tried.
 */
export async function writeSettings(folder: string, given: Readonly<Record<string, string>>): Promise<Ports> {
  await copyFile(join(folder, '.env.example'), join(folder, '.env'));
  const cpus = Number(await output('docker', ['info', '--format', '{{.NCPU}}']));
  const ports: Record<string, number> = {};
  const lines: string[] = [];
  for (const line of (await readFile(join(folder, '.env'), 'utf8')).split('\n')) {
    const [, name = '', value = ''] = /^#([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    if (name in given) {
      lines.push(`${name}=${given[name]}`);
      if (name.endsWith('_PORT')) ports[name] = parseInt(given[name]!, 10);
    } else if (name.endsWith('_PORT')) {
      ports[name] = await freePort();
      lines.push(`${name}=${likewise(value, ports[name])}`);
    } else if (name.endsWith('_CPUS') && Number(value) > cpus) lines.push(`${name}=${cpus}`);
    else lines.push(line);
  }
  await writeFile(join(folder, '.env'), lines.join('\n'));
  return ports;
}

/** As many ports as `8000` or `8000-8002` names, from another one on. */
function likewise(ports: string, from: number): string {
  const [first, last] = ports.split('-').map(Number);
  return last === undefined ? `${from}` : `${from}-${from + last - first!}`;
}

/** What was handed out here, and nobody listens at yet: the kernel would give it again. */
const handedOut = new Set<number>();

/** A port that is free. The two after it, which further replicas may take, are handed out to nobody else. */
export async function freePort(): Promise<number> {
  for (;;) {
    const first = await anyFreePort();
    const ports = [first, first + 1, first + 2];
    if (ports.some(port => handedOut.has(port))) continue;
    for (const port of ports) handedOut.add(port);
    return first;
  }
}

function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
