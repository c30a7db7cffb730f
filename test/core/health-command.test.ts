import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { healthCommand } from '../../lib/core/health-command';
import type { Tool } from '../../lib';
import { canCheck, missing } from '../support/here';

let server: Server;
let asked: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer(({ url = '/', headers: { host } }, response) => {
    asked.push(`${host} ${url}`);
    const status = Number(url.slice(1, 4));
    response.writeHead(status, status >= 300 && status < 400 ? { location: url.slice(4) } : {}).end('x');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => { server.close(); });

/** What stands here for the program of an image: Alpine's wget is busybox'. */
const PROGRAMS: Readonly<Partial<Record<Tool, readonly string[]>>> = { python: ['python3'], wget: ['busybox', 'wget'] };
const here = (tool: Tool) => PROGRAMS[tool] ?? [tool];
const tools = (['curl', 'wget', 'python', 'node'] as const).filter(tool => canCheck(`a health check with ${tool}`, missing(here(tool)[0]!)));

async function passes(tool: Tool, path: string, { port = (server.address() as AddressInfo).port, headers = {} }: { readonly port?: number; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<boolean> {
  const [, ...args] = healthCommand({ kind: 'http', port: undefined, path, headers }, port, [tool])!;
  const [program, ...before] = here(tool);
  const [code] = await once(spawn(program!, [...before, ...args], { stdio: 'ignore' }), 'exit') as [number];
  return code === 0;
}

describe.each(tools)('a check over HTTP with %s', tool => {
  test('passes for 2xx, and for no error', async () => {
    asked = [];
    const answers = await Promise.all([200, 204, 400, 404, 500, 503].map(async status => [status, await passes(tool, `/${status}`)]));
    expect(answers).toEqual([[200, true], [204, true], [400, false], [404, false], [500, false], [503, false]]);
    expect(asked).toHaveLength(6);
  });

  test('takes a redirect for an answer, but for wget, which has no option against following it', async () => {
    asked = [];
    const follows = tool === 'wget';
    expect([await passes(tool, '/302/200'), await passes(tool, '/302/500')]).toEqual([true, !follows]);
    expect(asked).toHaveLength(follows ? 4 : 2);
  });

  test('asks for the path and sends the headers as they were given', async () => {
    asked = [];
    await passes(tool, `/200/it's?a=$b&c="\\`, { headers: { Host: 'shop.example' } });
    expect(asked.map(line => line!.replace('%22', '"').replace('%5C', '\\'))).toEqual([`shop.example /200/it's?a=$b&c="\\`]);
  });

  test('fails where nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    expect(await passes(tool, '/', { port })).toBe(false);
  });
});
