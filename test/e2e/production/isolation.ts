import { expect, test } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { canCheck } from '../../support/here';
import { connections, reach } from '../support/connections';
import { lackingForOutside, outside } from '../support/outside';
import { run } from '../support/shell';
import { HOST, type Site } from './site';

export function describeIsolation(site: () => Site): void {
  test('nginx reaches neither Postgres nor Redis, they not each other, and nobody but who has business there, by name or by address', async () => {
    expect(await connections(site().stack, { postgres: 5432, redis: 6379, web: 8000, nginx: 8080 })).toEqual([
      'backup → postgres', 'nginx → web', 'postgres → web', 'redis → web', 'web → nginx', 'web → postgres', 'web → redis',
    ]);
  });

  test('only nginx has a route out of its networks', async () => {
    const services = await site().stack.running();
    const routes = await Promise.all(services.map(service => site().stack.exec(service, 'cat', '/proc/net/route')));
    expect(services.filter((_, i) => /^\w+\t00000000\t/m.test(routes[i]!))).toEqual(['nginx']);
  });

  test('a server on this machine, outside of all networks, hears of nobody but nginx', async () => {
    const server = await listen();
    try {
      const targets = hostAddresses().map(host => ({ host, port: (server.address() as AddressInfo).port }));
      expect(targets).not.toEqual([]);
      for (const service of ['backup', 'postgres', 'redis', 'web']) expect([service, await reach(site().stack, service, targets)]).toEqual([service, []]);
      expect(await reach(site().stack, 'nginx', targets)).not.toEqual([]);
    } finally {
      server.close();
    }
  });

  const what = 'nginx is reached from a machine outside, and cannot begin a conversation with it, as a container with internet access can';
  if (canCheck(what, lackingForOutside)) test(what, () => outside(async ({ target, ask }) => {
    const { code } = await run('docker', ['run', '--rm', '--entrypoint', 'nc', 'redis:7-alpine', '-w', '2', target.host, `${target.port}`]);
    expect(code).toBe(0);
    for (const service of await site().stack.running()) expect([service, await reach(site().stack, service, [target])]).toEqual([service, []]);
    expect(JSON.parse(await ask(site().stack.ports['NGINX_HTTP_PORT']!, '/health/', HOST))).toEqual({ status: 'ok' });
  }));
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.on('error', () => {}).end('here\n')).on('error', reject).listen(0, '0.0.0.0', () => resolve(server));
  });
}

/** Of this machine's own, not of Docker's bridges. */
function hostAddresses(): readonly string[] {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !/^(lo|docker|br-|veth)/.test(name))
    .flatMap(([, entries]) => (entries ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => address));
}
