import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Image, Workload } from '../../lib';
import { emitAgain, PROJECT } from './support/emission';
import { describeHardening } from './support/hardening';
import { checkout, RunningStack } from './support/stack';
import { once, start, type Start } from './support/start';
import { until } from './support/until';
import { WebClient } from './support/web-client';

const MINUTES = 60_000;

describe('Guardian for developers, from the emitted folder and their sources alone', () => {
  let stack: RunningStack;
  let started: Start;
  let sources: string;
  let web: WebClient;

  beforeAll(() => once(async () => {
    stack = await RunningStack.prepare({
      stack: 'guardian/dev', layout: checkout('guardian/dev'),
      give: async ({ root }) => {
        sources = join(root, 'apps', 'guardian', 'app');
        await cp(join(PROJECT, 'apps', 'guardian', 'app'), sources, { recursive: true });
      },
    });
    started = await start(stack);
    web = new WebClient({ port: stack.ports['WEB_HTTP_PORT']! });
  }), 20 * MINUTES);
  afterAll(() => stack?.end());

  test('`docker compose config` accepts it and warns of nothing', () => expect(started.config).toEqual({ code: 0, stdout: '', stderr: '' }));
  test('its images build', () => expect(started.build).toMatchObject({ code: 0 }));

  test('`up --wait` has all of it healthy, at ports that its variables moved', async () => {
    expect(started.up).toMatchObject({ code: 0 });
    const states = [...await stack.containers()].map(([service, { State }]) => [service, State.Health?.Status ?? `${State.Status} ${State.ExitCode}`]);
    expect(Object.fromEntries(states)).toEqual({ postgres: 'healthy', redis: 'healthy', migrate: 'exited 0', web: 'healthy' });
    expect(Object.keys(stack.ports).sort()).toEqual(['POSTGRES_PORT', 'REDIS_PORT', 'WEB_HTTP_PORT']);
    expect(await web.json('/api/ready')).toEqual({ ready: true });
  });

  test('a changed page and a changed route show without a restart', async () => {
    const before = await stack.ids();
    const edit = async (file: string, from: string, to: string) => {
      const text = await readFile(join(sources, 'src', 'app', file), 'utf8');
      expect(text).toContain(from);
      await writeFile(join(sources, 'src', 'app', file), text.replace(from, to));
    };
    expect((await web.request('/')).text).toContain('<h1>Incidents</h1>');
    await edit('page.tsx', '<h1>Incidents</h1>', '<h1>The register</h1>');
    await until('the changed page shows', async () => (await web.request('/')).text.includes('<h1>The register</h1>'));
    await edit('api/live/route.ts', 'live: true', 'live: true, reloaded: true');
    await until('the changed route answers', async () => 'reloaded' in await web.json<object>('/api/live'));
    expect(await stack.ids()).toEqual(before);
  });

  test('every query is in the log, without the values', async () => {
    await web.request('/api/incidents?like=unheard-of');
    const log = await until('the log tells of the query', async () => /query \d+ ms: SELECT [^\n]*ILIKE[^\n]*/.exec(await stack.compose('logs', '--no-log-prefix', 'web'))?.[0]);
    expect(log).toContain('$1');
    expect(log).not.toContain('unheard-of');
  });

  test('its own tests pass where it runs', async () => {
    expect(await stack.tryExec('web', 'sh', '-c', 'exec node_modules/.bin/tsx --test src/lib/*.test.ts')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^# pass [1-9]\d*\n# fail 0$/m) });
  });

  test('Playwright drives Chromium there: somebody reports an incident, and no script of the page is refused', async () => {
    const { code, stdout } = await stack.tryExec('web', 'node_modules/.bin/playwright', 'test');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('1 passed') });
  });

  test('at least 95 % of what a developer has beside the sources stays out of the build', async () => {
    const folders = ['node_modules', 'prisma/node_modules', '.next', 'generated'];
    const sizes = (await stack.exec('web', 'du', '-sk', ...folders.map(folder => `/app/${folder}`))).trim().split('\n').map(line => Number(line.split('\t')[0]) * 1024);
    // Who develops without a container has the same beside the sources: as many bytes, which take no room.
    const project = join(stack.root, 'own');
    await cp(join(PROJECT, 'apps', 'guardian', 'app'), project, { recursive: true, filter: path => !folders.includes(relative(join(PROJECT, 'apps', 'guardian', 'app'), path)) });
    for (const [i, folder] of folders.entries()) {
      await mkdir(join(project, folder), { recursive: true });
      await writeFile(join(project, folder, 'made.js'), '');
      await truncate(join(project, folder, 'made.js'), sizes[i]);
    }
    const emitted = join(stack.root, 'emitted');
    await emitAgain(emitted, 'guardian/dev', construct => { if (construct instanceof Workload) buildsFrom(construct, project); });
    const context = await sizeOf(join(emitted, 'images', 'guardian'));
    const made = sizes.reduce((sum, size) => sum + size, 0);
    expect(await sizeOf(project)).toBeGreaterThan(made);
    process.stdout.write(`guardian/dev: a build context of ${(context / 1e3).toFixed(0)} kB; ${(made / 1e6).toFixed(0)} MB stay out, ${(100 * made / (made + context)).toFixed(2)} %\n`);
    expect(context / (made + context)).toBeLessThan(0.05);
  });

  describe('hardening', () => describeHardening(() => stack));

  test('`up` again changes nothing', async () => {
    const before = await stack.ids();
    await stack.compose('up', '--build', '--wait');
    expect(await stack.ids()).toEqual(before);
  });
});

function buildsFrom({ spec }: Workload, context: string): void {
  const { build, facts } = spec.image;
  if (build && 'stages' in build && build.name === 'guardian') spec.image = Image.build({ ...build, ...facts, context });
}

async function sizeOf(folder: string): Promise<number> {
  const files = (await readdir(folder, { withFileTypes: true, recursive: true })).filter(entry => entry.isFile());
  return (await Promise.all(files.map(async entry => (await stat(join(entry.parentPath, entry.name))).size))).reduce((sum, size) => sum + size, 0);
}
