import { expect, test } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connections, reach } from '../support/connections';
import { run } from '../support/shell';
import type { Site } from './site';

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

  test('the network of the published ports does not translate addresses: answers leave, conversations of its own do not', async () => {
    const { stdout } = await run('docker', ['network', 'inspect', site().stack.network('nginx-published')]);
    expect((JSON.parse(stdout) as object[])[0]).toMatchObject({ Internal: false, Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } });
    expect(await site().visitor.request('/health/')).toMatchObject({ status: 200 });
  });
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
