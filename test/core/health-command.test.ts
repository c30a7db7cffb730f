import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { healthCommand } from '../../lib/core/health-command';
import type { Tool } from '../../lib';

let server: Server;
let asked: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer(({ url = '/', headers: { host } }, response) => {
    asked.push(`${host} ${url}`);
    const status = Number(url.slice(1, 4));
    response.writeHead(status, status >= 300 && status < 400 ? { location: '/500' } : {}).end('x');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => { server.close(); });

/** The image's own name for it is `python`; here it may be another. */
const PROGRAMS: Readonly<Record<string, string>> = { python: 'python3' };
const has = (tool: Tool) => spawnSync(PROGRAMS[tool] ?? tool, ['--version']).status === 0;

async function passes(tool: Tool, path: string, headers: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const { port } = server.address() as AddressInfo;
  const [program, ...args] = healthCommand({ kind: 'http', port: undefined, path, headers }, port, [tool])!;
  const [code] = await once(spawn(PROGRAMS[program!] ?? program!, args, { stdio: 'ignore' }), 'exit') as [number];
  return code === 0;
}

describe.each((['curl', 'python', 'node'] as const).filter(has))('a check over HTTP with %s', tool => {
  test('passes for 2xx and 3xx, and follows no redirect', async () => {
    asked = [];
    const answers = await Promise.all([200, 204, 302, 308, 400, 404, 500, 503].map(async status => [status, await passes(tool, `/${status}`)]));
    expect(answers).toEqual([[200, true], [204, true], [302, true], [308, true], [400, false], [404, false], [500, false], [503, false]]);
    expect(asked).toHaveLength(8);
  });

  test('asks for the path and sends the headers as they were given', async () => {
    asked = [];
    await passes(tool, `/200/it's?a=$b&c="\\`, { Host: 'shop.example' });
    expect(asked.map(line => line!.replace('%22', '"').replace('%5C', '\\'))).toEqual([`shop.example /200/it's?a=$b&c="\\`]);
  });
});

test.each((['python', 'node'] as const).filter(has))('a check with %s fails where nothing listens', async tool => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const [program, ...args] = healthCommand({ kind: 'http', port: undefined, path: '/', headers: {} }, port, [tool])!;
  expect(spawnSync(PROGRAMS[program!] ?? program!, args).status).not.toBe(0);
});
