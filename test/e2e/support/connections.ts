import type { RunningStack } from './stack';

interface Target { readonly service: string; readonly host: string; readonly port: number }

/** One attempt for each line `host port`, all at once; the lines that were answered come back. What is sent makes every server hang up. */
const BUSYBOX = 'while read -r host port; do (printf "QUIT\\r\\n" | nc -w 2 "$host" "$port" >/dev/null 2>&1 && echo "$host $port") & done; wait';
const PYTHON = `
import socket, sys
from concurrent.futures import ThreadPoolExecutor

def attempt(line):
    host, port = line.split()
    try:
        socket.create_connection((host, int(port)), 2).close()
        print(f'{host} {port}\\n', end='', flush=True)
    except OSError:
        pass

with ThreadPoolExecutor(64) as pool:
    list(pool.map(attempt, sys.stdin))
`;

/**
 * Tries from inside every running container to reach every other one, by name and by each of its addresses.
 * `web → postgres` comes back where any of these attempts succeeded.
 */
export async function connections(stack: RunningStack, ports: Readonly<Record<string, number>>): Promise<readonly string[]> {
  const containers = await stack.containers();
  const services = await stack.running();
  const targets: Target[] = Object.entries(ports).flatMap(([service, port]) => [
    { service, host: service, port },
    ...Object.values(containers.get(service)!.NetworkSettings.Networks).map(({ IPAddress: host }) => ({ service, host, port })),
  ]);
  const found = await Promise.all(services.map(async from => {
    const others = targets.filter(({ service }) => service !== from);
    const answered = new Set(await reach(stack, from, others));
    return others.filter(({ host, port }) => answered.has(`${host} ${port}`)).map(({ service }) => `${from} → ${service}`);
  }));
  return [...new Set(found.flat())].sort();
}

/** Those of `host port` that a service's container can connect to. */
export async function reach(stack: RunningStack, from: string, targets: readonly { readonly host: string; readonly port: number }[]): Promise<readonly string[]> {
  const isPython = (await stack.tryExec(from, 'sh', '-c', 'command -v python')).code === 0;
  const program = isPython ? ['python', '-c', PYTHON] : ['sh', '-c', BUSYBOX];
  const lines = targets.map(({ host, port }) => `${host} ${port}\n`).join('');
  return (await stack.execWith(lines, from, ...program)).split('\n').filter(Boolean);
}
