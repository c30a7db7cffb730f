import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { CedrusClient } from './support/cedrus-client';
import { connections } from './support/connections';
import { PROJECT } from './support/emission';
import { describeHardening } from './support/hardening';
import { output } from './support/shell';
import { checkout, RunningStack } from './support/stack';
import { once, startWithin, type Start } from './support/start';
import { until } from './support/until';
import { WebClient } from './support/web-client';

const MINUTES = 60_000;

describe('Cedrus for developers, from the emitted folder and their sources alone', () => {
  let stack: RunningStack;
  let started: Start;
  let sources: string;
  let web: CedrusClient;

  beforeAll(() => once(async () => {
    stack = await RunningStack.prepare({
      stack: 'cedrus/dev', layout: checkout('cedrus/dev'),
      give: async ({ root }) => {
        sources = join(root, 'apps', 'cedrus', 'app');
        await cp(join(PROJECT, 'apps', 'cedrus', 'app'), sources, { recursive: true });
      },
    });
    started = await startWithin(30, stack);
    web = new CedrusClient({ port: stack.ports['WEB_HTTP_PORT']! });
  }), 15 * MINUTES);
  afterAll(() => stack?.end());

  test('`docker compose config` accepts it and warns of nothing', () => expect(started.config).toEqual({ code: 0, stdout: '', stderr: '' }));
  test('its images build', () => expect(started.build).toMatchObject({ code: 0 }));
  test('`up --wait` has all of it healthy', async () => {
    expect(started.up).toMatchObject({ code: 0 });
    const states = [...await stack.containers()].map(([service, { State }]) => [service, State.Health?.Status ?? `${State.Status} ${State.ExitCode}`]);
    expect(Object.fromEntries(states)).toEqual({ postgres: 'healthy', redis: 'healthy', migrate: 'exited 0', web: 'healthy', adminer: 'healthy' });
  });
  test('it is up in less than 30 s once the images are built', () => expect(started.seconds).toBeLessThan(30));

  test('pages, static files, the API and probes answer', async () => {
    const paths = ['/', '/static/library/site.css', '/api/documents/', '/health/', '/health/live/', '/health/ready/'];
    expect(await Promise.all(paths.map(async path => [path, (await web.request(path)).status]))).toEqual(paths.map(path => [path, 200]));
  });

  test('somebody signs in, uploads a document and reads it', async () => {
    await stack.compose('exec', '-T', '-e', 'DJANGO_SUPERUSER_PASSWORD=for-this-test-only', 'web', 'python', 'manage.py', 'createsuperuser', '--noinput', '--username', 'ada', '--email', 'ada@cedrus.example');
    expect(await web.signIn('ada', 'for-this-test-only')).toMatchObject({ status: 302 });
    const answer = await web.upload('A cone', Buffer.from('Cedrus libani'), 'cone.txt');
    expect(answer).toMatchObject({ status: 201 });
    expect(await web.request((JSON.parse(answer.text) as { url: string }).url)).toMatchObject({ status: 200, text: 'Cedrus libani' });
    expect(await web.count()).toBe(1);
  });

  test('its own tests pass where it runs', async () => {
    const written = (await output('grep', ['-rhoE', '--include=tests.py', '^ +def test_', sources])).trim().split('\n').length;
    // A throw-away database of Postgres is made for them; in Redis they empty the one that they use.
    const { code, stderr } = await stack.tryExec('web', 'sh', '-c', 'REDIS_URL="${REDIS_URL%/*}/9" exec python manage.py test --noinput');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(new RegExp(`^Ran ${written} tests in .*\\n\\nOK$`, 'm')) });
  });

  test('a changed template and a changed program show without a restart', async () => {
    const before = await stack.ids();
    const edit = async (file: string, from: string, to: string) => {
      const text = await readFile(join(sources, file), 'utf8');
      expect(text).toContain(from);
      await writeFile(join(sources, file), text.replace(from, to));
    };
    await edit('library/templates/library/document_list.html', '<h1>Documents</h1>', '<h1>The library</h1>');
    await until('the changed template shows', async () => (await web.request('/')).text.includes('<h1>The library</h1>'));
    await edit('library/api.py', '{"count": Document.objects.count()}', '{"count": Document.objects.count(), "reloaded": True}');
    await until('the changed program answers', async () => 'reloaded' in await web.json<object>('/api/documents/count/'));
    expect(await stack.ids()).toEqual(before);
  });

  test('Adminer offers the database', async () => {
    const page = await new WebClient({ port: stack.ports['ADMINER_HTTP_PORT']! }).request('/');
    expect(page).toMatchObject({ status: 200 });
    expect(page.text).toContain('value="postgres"');
  });

  test('ports are open on 127.0.0.1 and on no other address of this machine', async () => {
    const names = ['ADMINER_HTTP_PORT', 'POSTGRES_PORT', 'REDIS_PORT', 'WEB_HTTP_PORT'];
    expect(Object.keys(stack.ports).sort()).toEqual(names);
    const others = Object.values(networkInterfaces()).flat().flatMap(entry => (entry && entry.family === 'IPv4' && !entry.internal ? [entry.address] : []));
    for (const name of names) {
      expect([name, await accepts('127.0.0.1', stack.ports[name]!)]).toEqual([name, true]);
      for (const address of others) expect([name, address, await accepts(address, stack.ports[name]!)]).toEqual([name, address, false]);
    }
  });

  test('only services with an edge between them can talk, by name or by address', async () => {
    expect(await connections(stack, { postgres: 5432, redis: 6379, web: 8000, adminer: 8080 })).toEqual([
      'adminer → postgres', 'postgres → adminer', 'postgres → web', 'redis → web', 'web → postgres', 'web → redis',
    ]);
  });

  describeHardening(() => stack);

  test('`up` again changes nothing', async () => {
    const before = await stack.ids();
    await stack.compose('up', '--build', '--wait');
    expect(await stack.ids()).toEqual(before);
  });
});

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection({ host, port, timeout: 2000 });
    const end = (answer: boolean) => { socket.destroy(); resolve(answer); };
    socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
  });
}
