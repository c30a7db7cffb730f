import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { during } from '../support/person';

/** The commands of a page that forward ports, each once. */
export function forwards(page: string): readonly string[] {
  return [...new Set([...page.matchAll(/kubectl (?:--namespace \S+ )?port-forward \S+ \d+:\d+/g)].map(([command]) => command))];
}

/** Runs each of them, and says what answered on this side. Those that take the same port here run one after the other. */
export async function answers(commands: readonly string[]): Promise<readonly { readonly command: string; readonly answer: string }[]> {
  const ofPort = new Map<number, string[]>();
  for (const command of commands) ofPort.set(portOf(command), [...ofPort.get(portOf(command)) ?? [], command]);
  const found = new Map<string, string>();
  await Promise.all([...ofPort].map(async ([port, users]) => {
    for (const command of users) await during(command, /^Forwarding from/m, async () => { found.set(command, await firstWords(port)); });
  }));
  return commands.map(command => ({ command, answer: found.get(command) ?? '' }));
}

/** Not all that is said: KWOK does not hand on that the other side has ended. */
async function firstWords(port: number): Promise<string> {
  const socket = connect({ port, host: 'localhost' });
  try {
    const [words] = await once(socket, 'data', { signal: AbortSignal.timeout(60_000) }) as [Buffer];
    return words.toString();
  } finally {
    socket.destroy();
  }
}

/** A server on 127.0.0.1 that says one thing to everybody. */
export function answering(words: string): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const server = createServer(socket => socket.on('error', () => {}).end(words));
  return new Promise((resolve, reject) => {
    server.on('error', reject).listen(0, '127.0.0.1', () => resolve({
      port: (server.address() as AddressInfo).port,
      stop: () => new Promise(stopped => { server.close(() => stopped()); }),
    }));
  });
}

function portOf(command: string): number {
  return Number(/ (\d+):\d+$/.exec(command)![1]);
}
