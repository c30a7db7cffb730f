import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Dashboard } from './graphmemory/browser';
import { MemoryClient, type Insight } from './graphmemory/memories';
import { certificateOf } from './support/certificate';
import { connections } from './support/connections';
import { PROJECT } from './support/emission';
import { describeHardening } from './support/hardening';
import { Prometheus } from './support/prometheus';
import { checkout, RunningStack, SERVER } from './support/stack';
import { imageSize, once, start, type Start } from './support/start';
import { until, untilIs } from './support/until';
import { WebClient } from './support/web-client';

const MINUTES = 60_000;
const HOST = 'graphmemory.example';
/** What is started anew to see how long it takes. The stores first: whoever calls them then starts with whole connections. */
const TIMED = ['postgres', 'redis', 'monitoring-prometheus', 'nginx', 'analytics', 'dashboard', 'api'];

describe('GraphMemory in production, from the emitted folder alone', () => {
  let stack: RunningStack;
  let started: Start;
  let web: MemoryClient;
  let prometheus: Prometheus;

  beforeAll(() => once(async () => {
    stack = await RunningStack.prepare({ stack: 'graphmemory/prod', layout: SERVER, settings: { SECRETS_DIR: '../secrets' }, give: certificateOf(HOST) });
    started = await start(stack);
    web = new MemoryClient({ port: stack.ports['NGINX_HTTPS_PORT']!, host: HOST, trusted: await readFile(join(stack.secrets, 'nginx-certificate', 'tls.crt'), 'utf8') });
    prometheus = new Prometheus(stack.ports['MONITORING_PROMETHEUS_HTTP_PORT']!);
  }), 15 * MINUTES);
  afterAll(() => stack?.end());

  const indexed = (count: number) => untilIs('memories are indexed', count, async () => (await web.counts()).indexed);

  describe('start', () => {
    test('`docker compose config` accepts it and warns of nothing', () => expect(started.config).toEqual({ code: 0, stdout: '', stderr: '' }));
    test('its images build', () => expect(started.build).toMatchObject({ code: 0 }));
    test('`up --wait` has all of it healthy', async () => {
      const states = [...await stack.containers()].map(([service, { State }]) => [service, State.Health?.Status ?? `${State.Status} ${State.ExitCode}`]);
      expect(Object.fromEntries(states)).toEqual({
        ...Object.fromEntries(['nginx', 'dashboard', 'api', 'analytics', 'postgres', 'redis', 'backup'].map(name => [name, 'healthy'])),
        ...Object.fromEntries(['prometheus', 'alertmanager', 'grafana', 'blackbox', 'host', 'postgres-exporter', 'redis-exporter', 'nginx-exporter', 'backup-exporter'].map(name => [`monitoring-${name}`, 'healthy'])),
        'migrate': 'exited 0', 'monitoring-postgres-exporter-role': 'exited 0',
      });
    });
    test.each(['api', 'analytics', 'dashboard'])('the image of %s is smaller than 500 MB, with its base', async name => {
      const size = await imageSize(`graphmemory-${name}:1.0.0`);
      process.stdout.write(`graphmemory-${name}: ${size.toFixed(0)} MB\n`);
      expect(size).toBeLessThan(500);
    });
    test('each service has less than 2 GB', async () => {
      for (const [service, { HostConfig }] of await stack.containers()) expect({ service, isLess: HostConfig.Memory < 2 * 2 ** 30 }).toEqual({ service, isLess: true });
    });
    // Each by itself: all at once they wait for each other's processors.
    test.each(TIMED)('%s is healthy within 10 s of its start', async service => {
      const seconds: number[] = [];
      // Whatever else the machine does meanwhile makes some starts slower, and none faster.
      while (seconds.length < 6 && !(Math.min(...seconds) < 10)) {
        await stack.compose('stop', service);
        const began = performance.now();
        await stack.compose('up', '--wait', '--no-deps', '--no-recreate', service);
        seconds.push((performance.now() - began) / 1000);
      }
      process.stdout.write(`graphmemory/prod: ${service} is healthy after ${seconds.map(taken => taken.toFixed(1)).join(', ')} s\n`);
      expect(Math.min(...seconds)).toBeLessThan(10);
    }, 10 * MINUTES);
  });

  describe('hardening', () => describeHardening(() => stack));

  describe('memories', () => {
    test('plain HTTP leads to HTTPS', async () => {
      expect(await new WebClient({ port: stack.ports['NGINX_HTTP_PORT']!, host: HOST }).request('/api/counts')).toMatchObject({ status: 301, headers: { location: expect.stringMatching(/^https:\/\/graphmemory\.example[:/]/) } });
    });

    test('a memory is stored in Postgres, and read again', async () => {
      const { status, text } = await web.store('Ada wrote the first program for the Analytical Engine', [['Ada', 'programmed', 'Analytical Engine']]);
      expect(status).toBe(201);
      const { id } = JSON.parse(text) as { id: string };
      expect(await web.json(`/api/memories/${id}`)).toMatchObject({ id, entities: [{ name: 'Ada', kind: 'thing' }, { name: 'Analytical Engine', kind: 'thing' }] });
      expect(await stack.psql(`SELECT text FROM memories WHERE id = '${id}'`)).toBe('Ada wrote the first program for the Analytical Engine\n');
    });

    test('one whose relations lead nowhere is refused', async () => {
      const body = JSON.stringify({ text: 'Nobody', entities: [{ name: 'A' }], relations: [{ source: 'A', target: 'B' }] });
      expect(await web.request('/api/memories', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).toMatchObject({ status: 422, text: expect.stringContaining('entities that are not there: B') });
    });

    test('analytics ranks and groups what they are about', async () => {
      await web.store('Babbage designed the Analytical Engine', [['Babbage', 'designed', 'Analytical Engine']]);
      await web.store('Menabrea described the Analytical Engine', [['Menabrea', 'described', 'Analytical Engine']]);
      await web.store('Linnaeus named the cedar', [['Linnaeus', 'named', 'Cedar'], ['Cedar', 'grows in', 'Lebanon']]);
      await indexed(4);
      const insights = await until('the cache has forgotten', async () => {
        const answer = await web.json<readonly Insight[]>('/api/insights');
        return answer.length === 7 ? answer : undefined;
      });
      expect(insights[0]!.name).toBe('Analytical Engine');
      expect(insights.reduce((sum, { rank }) => sum + rank, 0)).toBeCloseTo(1, 6);
      const groups = new Map(insights.map(({ name, cluster }) => [name, cluster]));
      expect(groups.get('Ada')).toBe(groups.get('Babbage'));
      expect(groups.get('Ada')).not.toBe(groups.get('Linnaeus'));
    });

    test('the memory nearest to a few words is found', async () => {
      expect((await web.nearest('who wrote a program'))[0]!.text).toContain('first program');
      expect((await web.nearest('a cedar'))[0]!.text).toContain('Linnaeus');
    });

    test('what analytics said is kept in Redis, for half a minute', async () => {
      await web.request('/api/insights');
      expect((await web.request('/api/insights')).headers['x-cache']).toBe('hit');
      const seconds = Number(await stack.exec('redis', 'sh', '-c', 'REDISCLI_AUTH=$(cat /run/secrets/redis/password) exec redis-cli ttl insights'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(30);
    });

    test('nginx spreads requests over both replicas of the api', async () => {
      for (let i = 0; i < 20; i++) await web.counts();
      const asked = await until('Prometheus has seen it', async () => {
        const seen = await prometheus.query('http_request_duration_seconds_count{service="api", route="/api/counts", status="200"} > 3');
        return seen.length === 2 ? seen : undefined;
      });
      expect(asked.map(({ service }) => service)).toEqual(['api', 'api']);
    });

    test('only the api and the dashboard reach analytics, and only the api the stores: beside what watches them', async () => {
      const watch = (name: string, ...by: readonly string[]) => by.map(watcher => `monitoring-${watcher} → ${name}`);
      expect(await connections(stack, { analytics: 8002, postgres: 5432, redis: 6379 })).toEqual([
        'api → analytics', 'api → postgres', 'api → redis', 'backup → postgres', 'dashboard → analytics',
        ...watch('analytics', 'blackbox', 'prometheus'), ...watch('postgres', 'postgres-exporter'), ...watch('redis', 'redis-exporter'),
      ].sort());
    });
  });

  describe('the dashboard', () => {
    let dashboard: Dashboard;
    beforeAll(async () => { dashboard = await Dashboard.open(HOST, stack.ports['NGINX_HTTPS_PORT']!); });
    afterAll(() => dashboard?.close());

    test('shows numbers and a table that come by a WebSocket through the proxy', async () => {
      expect(await dashboard.number('Indexed')).toBe('4');
      await dashboard.table();
      expect(dashboard.sockets).toEqual([`wss://${HOST}/_stcore/stream`]);
    });

    test('shows a new memory by itself', async () => {
      await web.store('Lovelace is Ada', [['Lovelace', 'is', 'Ada']]);
      await untilIs('the number has changed', '5', () => dashboard.number('Indexed'));
    });

    test('visitors do not see what it tells of itself', async () => {
      expect(await stack.exec('dashboard', 'python', '-c', 'import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:8501/_stcore/metrics").status)')).toBe('200\n');
      expect((await web.request('/_stcore/metrics')).status).toBe(404);
    });

    test('nothing on its page is refused by the security policy, or fails', () => expect(dashboard.faults).toEqual([]));
  });

  describe('faults', () => {
    test('memories that come while analytics is away wait for it, and its graph is as it was', async () => {
      const { memories } = await web.counts();
      await indexed(memories);
      await stack.compose('stop', 'analytics');
      expect(await web.store('The graph is on a volume', [['Graph', 'on', 'Volume']])).toMatchObject({ status: 201 });
      expect(await web.request('/api/nearest?text=graph')).toMatchObject({ status: 503, text: '{"detail":"analytics does not answer"}' });
      expect(await web.request('/api/health/ready')).toMatchObject({ status: 200 });
      expect(await web.counts()).toEqual({ memories: memories + 1, indexed: memories });
      await stack.compose('start', 'analytics');
      await indexed(memories + 1);
      expect((await web.nearest('cedar')).at(0)?.text).toContain('Linnaeus');
      expect((await web.nearest('a volume')).at(0)?.text).toBe('The graph is on a volume');
    });

    test('an index that was lost is made again of what Postgres has', async () => {
      await stack.compose('stop', 'analytics');
      await stack.compose('run', '--rm', '--no-deps', '-T', 'analytics', 'sh', '-c', 'rm /var/lib/kuzu/*');
      await stack.compose('start', 'analytics');
      await until('analytics answers, and knows nothing', async () => (await web.nearest('cedar')).length === 0);
      expect(await web.request('/api/index', { method: 'POST' })).toMatchObject({ status: 202 });
      await indexed((await web.counts()).memories);
      expect((await web.nearest('cedar')).at(0)?.text).toContain('Linnaeus');
    });

    test('a second process may not open the graph', async () => {
      const { code, stderr } = await stack.tryExec('analytics', 'python', '-c', 'import kuzu; kuzu.Database("/var/lib/kuzu/memories.kuzu")');
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Could not set lock on file') });
    });

    test('every target of Prometheus is up, and no alert fires', async () => {
      const targets = await until('all are up', () => prometheus.asks([
        'app analytics', 'app api', 'backup backup', 'certificate nginx', 'host monitoring-host', 'monitoring monitoring-alertmanager', 'monitoring monitoring-blackbox', 'monitoring monitoring-grafana', 'monitoring monitoring-prometheus',
        'nginx nginx', 'postgres postgres', 'public nginx', 'ready analytics', 'ready api', 'ready dashboard', 'ready nginx', 'redis redis',
      ]));
      // By it a restart is seen: one of the server, whatever its workers do.
      const servers = targets.filter(({ labels: { job, service } }) => `${job} ${service}` === 'app api').length;
      await untilIs('each server has begun once', [{ service: 'api', value: servers }], () => prometheus.query('count by (service) (process_start_time_seconds{job="app", service="api"})'));
      await until('no alert fires', () => prometheus.isCalm({ restarted: TIMED }));
    });

    test('while Postgres is stopped readiness names it, liveness does not, and an alert fires; when it is back all is well', async () => {
      const before = { ids: await stack.ids(), counts: await web.counts() };
      await stack.compose('stop', 'postgres');
      expect(await web.request('/api/health/ready')).toMatchObject({ status: 503, text: '{"status":"unavailable","failed":["database"]}' });
      expect(await web.request('/api/counts')).toMatchObject({ status: 503, text: '{"detail":"the database does not answer"}' });
      expect(await web.request('/api/health/live')).toMatchObject({ status: 200 });
      await until('an alert fires', async () => (await prometheus.firing()).includes('ServiceDown postgres'), { seconds: 150 });
      await stack.compose('start', 'postgres');
      await untilIs('the api is ready', 200, async () => (await web.request('/api/health/ready')).status);
      await until('no alert fires', () => prometheus.isCalm({ restarted: TIMED }), { seconds: 150 });
      expect({ ids: await stack.ids(), counts: await web.counts() }).toEqual(before);
    }, 10 * MINUTES);

    test('an entry point refuses to start without what the program needs, and names all of it', async () => {
      const { code, stdout } = await stack.run('run', '--rm', '--no-deps', '-T', '-e', 'REDIS_URL=', '-e', 'PROMETHEUS_MULTIPROC_DIR=/srv', 'api');
      const messages = stdout.trim().split('\n').map(line => (JSON.parse(line) as { message: string }).message);
      expect([code, messages]).toEqual([78, ['REDIS_URL is not set', 'PROMETHEUS_MULTIPROC_DIR: user 10001 cannot write to /srv']]);
    });

    test('an entry point waits for a server, and gives up after a while', async () => {
      const { code, stdout } = await stack.run('run', '--rm', '--no-deps', '-T', '-e', 'REDIS_URL=redis://postgres:1/0', '-e', 'AWAIT_SECONDS=1', 'api');
      expect({ code, stdout }).toEqual({ code: 69, stdout: expect.stringContaining('REDIS_URL: nothing answers at postgres:1') });
    });
  });

  describe('changes', () => {
    test('`up` again replaces nothing', async () => {
      const before = await stack.ids();
      await stack.compose('up', '--wait');
      expect(await stack.ids()).toEqual(before);
    });

    test('every program ends in good order when it is told to stop', async () => {
      await stack.compose('stop');
      const codes = [...await stack.containers()].map(([service, { State: { ExitCode } }]) => [service, ExitCode] as const);
      // 143: ended by the signal, and not by a kill.
      expect(codes.filter(([, code]) => code !== 0 && code !== 143)).toEqual([]);
      const logs = await stack.compose('logs', '--no-log-prefix', '--no-color', 'api', 'analytics', 'dashboard');
      for (const word of ['Shutting down: Master', 'Finished server process', 'Stopping...']) expect(logs).toContain(word);
    });
  });
});

describe('GraphMemory for developers, from the emitted folder and their sources alone', () => {
  let stack: RunningStack;
  let started: Start;
  let sources: string;

  beforeAll(() => once(async () => {
    stack = await RunningStack.prepare({
      stack: 'graphmemory/dev', layout: checkout('graphmemory/dev'),
      give: async ({ root }) => {
        sources = join(root, 'apps', 'graphmemory', 'app');
        await cp(join(PROJECT, 'apps', 'graphmemory', 'app'), sources, { recursive: true });
      },
    });
    started = await start(stack);
  }), 15 * MINUTES);
  afterAll(() => stack?.end());

  test('`docker compose config` accepts it and warns of nothing, its images build, and all of it is healthy', () => {
    expect(started.config).toEqual({ code: 0, stdout: '', stderr: '' });
    expect([started.build.code, started.up.code]).toEqual([0, 0]);
  });

  test('everything is on the developer\'s own machine, and behind the proxy as in production', async () => {
    const port = (name: string) => new WebClient({ port: stack.ports[name]! });
    const proxy = new MemoryClient({ port: stack.ports['NGINX_HTTPS_PORT']!, host: 'localhost', trusted: await readFile(join(stack.secrets, 'nginx-certificate', 'tls.crt'), 'utf8') });
    const statuses = await Promise.all([
      port('API_HTTP_PORT').request('/api/health/ready'), port('ANALYTICS_HTTP_PORT').request('/health/ready'), port('DASHBOARD_HTTP_PORT').request('/_stcore/health'),
      port('MONITORING_PROMETHEUS_HTTP_PORT').request('/-/ready'), port('MONITORING_GRAFANA_HTTP_PORT').request('/api/health'), proxy.request('/'), proxy.request('/api/counts'),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual(Array(7).fill(200));
  });

  test('every target of Prometheus is up', () => until('all are up', () => new Prometheus(stack.ports['MONITORING_PROMETHEUS_HTTP_PORT']!).asks([
    'app analytics', 'app api', 'certificate nginx', 'host monitoring-host', 'monitoring monitoring-alertmanager', 'monitoring monitoring-blackbox', 'monitoring monitoring-grafana', 'monitoring monitoring-prometheus',
    'nginx nginx', 'postgres postgres', 'public nginx', 'ready analytics', 'ready api', 'ready dashboard', 'ready nginx', 'redis redis',
  ])));

  test('a changed program answers without a restart', async () => {
    const before = await stack.ids();
    const file = join(sources, 'api', 'main.py');
    const text = await readFile(file, 'utf8');
    expect(text).toContain('return {"status": "ok"}');
    await writeFile(file, text.replace('return {"status": "ok"}', 'return {"status": "changed"}'));
    const api = new WebClient({ port: stack.ports['API_HTTP_PORT']! });
    await until('the changed program answers', async () => (await api.request('/api/health/live')).text === '{"status":"changed"}');
    expect(await stack.ids()).toEqual(before);
  });

  describeHardening(() => stack);
});
