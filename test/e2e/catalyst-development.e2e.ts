import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { draw } from './catalyst/system';
import { PROJECT } from './support/emission';
import { describeHardening } from './support/hardening';
import { checkout, RunningStack } from './support/stack';
import { once, start, type Start } from './support/start';
import { until } from './support/until';
import { WebClient } from './support/web-client';

const MINUTES = 60_000;

describe('Catalyst for developers, from the emitted folder and their sources alone', () => {
  let stack: RunningStack;
  let started: Start;
  let sources: string;
  let backend: WebClient;

  beforeAll(() => once(async () => {
    stack = await RunningStack.prepare({
      stack: 'catalyst/dev', layout: checkout('catalyst/dev'),
      give: async ({ root }) => {
        sources = join(root, 'apps', 'catalyst', 'app');
        await cp(join(PROJECT, 'apps', 'catalyst', 'app'), sources, { recursive: true });
      },
    });
    started = await start(stack);
    backend = new WebClient({ port: stack.ports['CATALYST_BACKEND_HTTP_PORT']! });
  }), 15 * MINUTES);
  afterAll(() => stack?.end());

  test('`docker compose config` accepts it and warns of nothing', () => expect(started.config).toEqual({ code: 0, stdout: '', stderr: '' }));
  test('its images build', () => expect(started.build).toMatchObject({ code: 0 }));
  test('`up --wait` has all of it healthy', async () => {
    expect(started.up).toMatchObject({ code: 0 });
    const states = [...await stack.containers()].map(([service, { State }]) => [service, State.Health?.Status]);
    expect(Object.fromEntries(states)).toEqual({ 'catalyst-backend': 'healthy', 'postgres': 'healthy', 'redis': 'healthy' });
  });

  test('a picture is read', async () => {
    const body = await draw(stack, 'Hello developers');
    const { status, text } = await backend.request('/api/documents', { method: 'POST', body });
    expect([status, JSON.parse(text)]).toEqual([201, expect.objectContaining({ text: 'Hello developers' })]);
  });

  test('a changed source shows without a restart of the container', async () => {
    const before = await stack.ids();
    const file = join(sources, 'catalyst', 'health.py');
    const source = await readFile(file, 'utf8');
    expect(source).toContain('answer(200, "ok", [])');
    await writeFile(file, source.replace('answer(200, "ok", [])', 'answer(200, "changed", [])'));
    await until('the changed source answers', async () => (await backend.request('/health/live')).text.includes('"changed"'));
    expect(await stack.ids()).toEqual(before);
  });

  test('a debugger can attach', async () => {
    expect(await debuggerAt(stack.ports['CATALYST_BACKEND_DEBUG_PORT']!)).toMatchObject({ type: 'event', event: 'output', body: { output: 'ptvsd' } });
  });

  describeHardening(() => stack);
});

/** The first words of a debugger, in the Debug Adapter Protocol. */
function debuggerAt(port: number): Promise<object> {
  return new Promise((resolve, reject) => {
    const request = JSON.stringify({ seq: 1, type: 'request', command: 'initialize', arguments: { adapterID: 'python' } });
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 10_000 });
    let received = '';
    socket.setEncoding('utf8').on('connect', () => socket.write(`Content-Length: ${Buffer.byteLength(request)}\r\n\r\n${request}`));
    socket.on('data', (data: string) => {
      received += data;
      const [, length, rest = ''] = /^Content-Length: (\d+)\r\n\r\n(.*)/s.exec(received) ?? [];
      if (length === undefined || rest.length < Number(length)) return;
      socket.destroy();
      resolve(JSON.parse(rest.slice(0, Number(length))) as object);
    });
    socket.on('error', reject).on('timeout', () => { socket.destroy(); reject(new Error('the debugger says nothing')); });
  });
}
