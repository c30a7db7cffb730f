import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Environment, type Tenant } from './agent-platform/environment';
import { describeHardening } from './support/hardening';
import { imageSize, once } from './support/start';
import { until, untilIs } from './support/until';
import { WebClient } from './support/web-client';

const MINUTES = 60_000;
const NAMES = ['dev', 'stage', 'prod'] as const;
type Name = typeof NAMES[number];

/** What Prometheus asks, in all environments and in each: `job service`. */
const COLLECTED = ['logs loki', 'logs loki-alloy', 'traces jaeger', 'public nginx', 'certificate nginx'];
const WATCHED = {
  all: [
    'app agent', 'app backend', 'app worker', 'host monitoring-host', 'monitoring monitoring-alertmanager', 'monitoring monitoring-blackbox', 'monitoring monitoring-grafana', 'monitoring monitoring-prometheus',
    'nginx nginx', 'postgres postgres', 'ready agent', 'ready backend', 'ready nginx', 'redis redis',
  ],
  dev: ['ready adminer'], stage: COLLECTED, prod: [...COLLECTED, 'backup backup'],
} satisfies Record<Name | 'all', readonly string[]>;

describe('the agent platform, its three environments side by side on one host, each from its emitted folder alone', () => {
  const environments: Partial<Record<Name, Environment>> = {};
  const environment = (name: Name) => environments[name]!;
  const tenants: Partial<Record<Name, readonly Tenant[]>> = {};

  beforeAll(() => once(async () => {
    environments.dev = await Environment.dev();
    environments.stage = await Environment.server('stage', 'stage.agents.example', '127.0.0.2');
    // The same numbers as development has, as in the programs: at another address of the host.
    const { ports } = environments.dev.stack;
    const same = ['POSTGRES_PORT', 'REDIS_PORT', 'MONITORING_PROMETHEUS_HTTP_PORT', 'MONITORING_GRAFANA_HTTP_PORT'];
    environments.prod = await Environment.server('prod', 'agents.example', '127.0.0.3', {
      ...Object.fromEntries(same.map(name => [name, `${ports[name]!}`])),
      BACKEND_HTTP_PORT: `${ports['BACKEND_HTTP_PORT']!}-${ports['BACKEND_HTTP_PORT']! + 2}`,
    });
    // All at once, as after a restart of the host.
    await Promise.all(NAMES.map(name => environment(name).start()));
    for (const name of NAMES) tenants[name] = await environment(name).tenants();
  }), 20 * MINUTES);
  afterAll(async () => {
    const failures: unknown[] = [];
    for (const { stack } of Object.values(environments)) await stack.end().catch((error: unknown) => failures.push(error));
    expect(failures).toEqual([]);
  });

  describe.each(NAMES)('%s', name => {
    test('`docker compose config` accepts it and warns of nothing; its images build', () => {
      const { config, build } = environment(name).started;
      expect([config, build.code]).toEqual([{ code: 0, stdout: '', stderr: '' }, 0]);
    });

    test('`up --wait` has all of it healthy', () => {
      const states = tenants[name]!.map(({ Name, State }) => [Name, State.Health?.Status ?? `${State.Status} ${State.ExitCode}`] as const);
      expect(states.filter(([, state]) => !['healthy', 'exited 0'].includes(state))).toEqual([]);
      expect(states.length).toBeGreaterThan(15);
    });

    test('a message goes through nginx, the backend, the queue, a worker and the agent, and its answer comes back', async () => {
      const id = await environment(name).leave('What is 6 * 7?');
      expect(await environment(name).answerTo(id)).toBe('6 * 7 = 42');
      expect((await environment(name).visitor.request('/metrics')).status).toBe(404);
    });

    test('Prometheus has every target up', async () => {
      const { prometheus } = environment(name);
      await until('every target is up', () => prometheus.asks([...WATCHED.all, ...WATCHED[name]]));
      await until('each worker tells of the queue', async () => (await prometheus.query('count by (service) (agents_jobs_waiting)')).some(({ service, value }) => service === 'worker' && value >= 1));
      const backends = { dev: 1, stage: 2, prod: 3 }[name];
      await untilIs('each replica is asked', [{ service: 'backend', value: backends }], () => prometheus.query('sum by (service) (up{service="backend", job="app"})'));
      await until('requests are counted', async () => (await prometheus.query('sum by (service) (http_request_duration_seconds_count{route="/api/agent/messages", status="202"})')).some(({ service, value }) => service === 'backend' && value > 0));
    });
  });

  describe('side by side', () => {
    test('none shares a network, a volume, a port or a container with another', () => {
      const own = (of: (tenant: Tenant) => readonly string[]) => NAMES.map(name => new Set(tenants[name]!.flatMap(of)));
      const networks = own(({ NetworkSettings }) => Object.values(NetworkSettings.Networks).map(({ NetworkID }) => NetworkID));
      const volumes = own(({ Mounts }) => Mounts.flatMap(({ Type, Name }) => (Type === 'volume' ? [Name!] : [])));
      const ports = own(({ NetworkSettings: { Ports } }) => Object.values(Ports).flatMap(bindings => (bindings ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`)));
      const containers = own(({ Name }) => [Name]);
      for (const [what, sets] of Object.entries({ networks, volumes, ports, containers })) {
        expect([what, sets.map(set => set.size > 0)]).toEqual([what, [true, true, true]]);
        expect([what, sets.reduce((sum, set) => sum + set.size, 0)]).toEqual([what, new Set(sets.flatMap(set => [...set])).size]);
      }
    });

    test('development and production have the same numbers, each at an address of its own', async () => {
      const [dev, prod] = [await environment('dev').published(), await environment('prod').published()];
      const { ports } = environment('dev').stack;
      for (const service of ['postgres', 'redis', 'monitoring-prometheus', 'monitoring-grafana']) {
        const port = ports[`${service.replace('-', '_').toUpperCase()}${service.startsWith('monitoring') ? '_HTTP' : ''}_PORT`]!;
        expect([dev, prod]).toEqual([expect.arrayContaining([`${service} 127.0.0.1:${port}`]), expect.arrayContaining([`${service} 127.0.0.3:${port}`])]);
      }
      const first = ports['BACKEND_HTTP_PORT']!;
      expect(dev.filter(one => one.startsWith('backend '))).toEqual([`backend 127.0.0.1:${first}`]);
      expect(prod.filter(one => one.startsWith('backend '))).toEqual([0, 1, 2].map(i => `backend 127.0.0.3:${first + i}`));
      for (const port of [first, first + 1, first + 2]) expect(await new WebClient({ port, address: '127.0.0.3' }).json('/ready')).toEqual({ status: 'ready' });
    });

    test('each has a database of its own name, and test data are on the stage alone', async () => {
      const found = await Promise.all(NAMES.map(async name => [name, ...(await environment(name).stack.psql("SELECT current_database(), count(*) FROM messages WHERE text = 'Thank you'")).trim().split('|')]));
      expect(found).toEqual([['dev', 'agents_dev', '0'], ['stage', 'agents_stage', '1'], ['prod', 'agents_prod', '0']]);
    });

    test('no secret of one is in the environment or among the files of another', async () => {
      const secretsOf = async (name: Name) => (await readFile(join(environment(name).stack.secrets, '.env'), 'utf8')).split('\n').flatMap(line => /^\w+_PASSWORD='(.+)'$/.exec(line)?.[1] ?? []);
      const values = await Promise.all(NAMES.map(secretsOf));
      expect(values.map(({ length }) => length > 0)).toEqual([true, true, true]);
      expect(new Set(values.flat()).size).toBe(values.flat().length);
      for (const [i, name] of NAMES.entries()) {
        const seen = JSON.stringify(tenants[name]!.map(({ Config }) => Config.Env));
        expect([name, NAMES.map((_, j) => values[j]!.some(value => seen.includes(value)))]).toEqual([name, NAMES.map((_, j) => i === j)]);
      }
    });

    test('a message of one is not there for another', async () => {
      const id = await environment('prod').leave('Thank you');
      expect(await environment('prod').answerTo(id)).toBe('You are welcome.');
      expect(await Promise.all(NAMES.map(async name => (await environment(name).visitor.request(`/api/agent/messages/${id}`)).status))).toEqual([404, 404, 200]);
    });

    test('no container of one reaches a container of another', async () => {
      const addresses = (name: Name, service: string, port: number) => tenants[name]!.filter(({ Config }) => Config.Labels['com.docker.compose.service'] === service)
        .flatMap(({ NetworkSettings }) => Object.values(NetworkSettings.Networks).map(({ IPAddress }) => `${IPAddress} ${port}\n`));
      const all = (name: Name) => [...addresses(name, 'postgres', 5432), ...addresses(name, 'redis', 6379), ...addresses(name, 'backend', 8000)].join('');
      const tried = (from: Name, to: Name) => environment(from).stack.execWith(all(to), 'backend', 'python', '-c', ATTEMPT);
      expect(Number(await tried('stage', 'stage'))).toBeGreaterThan(1);
      expect(await Promise.all([tried('stage', 'prod'), tried('stage', 'dev'), tried('dev', 'prod')])).toEqual(['0\n', '0\n', '0\n']);
    });
  });

  describe('while the database of development is away', () => {
    beforeAll(() => environment('dev').stack.compose('stop', 'postgres'));

    test('without its agent a message waits in the queue, and is answered when the agent is back', async () => {
      const { stack } = environment('stage');
      await stack.compose('stop', 'agent');
      const id = await environment('stage').leave('2 + 3');
      await expect(environment('stage').answerTo(id, 3)).rejects.toThrow('the agent answers');
      await stack.compose('start', 'agent');
      expect(await environment('stage').answerTo(id)).toBe('2 + 3 = 5');
    });

    test('without Redis it is not ready and says so, and a message is refused; then all is well again', async () => {
      const { stack, visitor } = environment('stage');
      await stack.compose('stop', 'redis');
      const { status, text } = await visitor.request('/ready');
      expect([status, JSON.parse(text)]).toEqual([503, { status: 'unavailable', failed: ['redis'] }]);
      expect((await environment('stage').post('Hello')).status).toBe(503);
      expect((await visitor.request('/health')).status).toBe(200);
      await stack.compose('start', 'redis');
      await environment('stage').ready();
      expect(await environment('stage').answerTo(await environment('stage').leave('Hello'))).toBe('Hello. What can I do for you?');
    });

    test('traces and logs are sent by OTLP, a line with the trace that it belongs to', async () => {
      const sent = await environment('stage').stack.execWith(await readFile(join(__dirname, 'agent-platform', 'telemetry.py'), 'utf8'), 'agent', 'python', '-');
      expect(JSON.parse(sent.trim().split('\n').at(-1)!)).toEqual({ services: ['agent'], 'of one trace': true });
    });

    describe('prod is hardened', () => describeHardening(() => environment('prod').stack));

    test('without those that collect logs and traces it works as before', async () => {
      await environment('prod').stack.compose('stop', 'jaeger', 'loki-alloy', 'loki');
      expect(await environment('prod').answerTo(await environment('prod').leave('7 - 8'))).toBe('7 - 8 = -1');
    });

    test('a setting of one changes nothing of another; the replicas are replaced within their ports', async () => {
      const before = await Promise.all(NAMES.map(name => environment(name).stack.ids()));
      const { stack } = environment('prod');
      const settings = join(stack.folder, '.env');
      await writeFile(settings, (await readFile(settings, 'utf8')).replace(/^#BACKEND_CPUS=.*$/m, 'BACKEND_CPUS=0.75'));
      await stack.compose('up', '--wait');
      const [dev, stage] = [await environment('dev').stack.ids(), await environment('stage').stack.ids()];
      expect([dev, stage]).toEqual(before.slice(0, 2));
      const limits = async (name: Name) => (await environment(name).tenants('backend')).map(({ HostConfig }) => HostConfig.NanoCpus / 1e9);
      expect([await limits('dev'), await limits('stage'), await limits('prod')]).toEqual([[1], [1, 1], [0.75, 0.75, 0.75]]);
      expect((await environment('prod').published()).filter(one => one.startsWith('backend '))).toHaveLength(3);
    });

    test('an alert has fired there and nowhere else, and resolves when it is back', async () => {
      const { stack, prometheus } = environment('dev');
      await until('the alert fires', async () => (await prometheus.firing()).includes('ServiceDown postgres'), { seconds: 150, pause: 2000 });
      expect([await environment('stage').prometheus.firing(), await environment('prod').prometheus.firing()].flat().filter(alert => alert.endsWith(' postgres'))).toEqual([]);
      await stack.compose('start', 'postgres');
      await environment('dev').ready();
      await until('the alert resolves', async () => !(await prometheus.firing()).includes('ServiceDown postgres'), { pause: 2000 });
    }, 10 * MINUTES);
  });

  describe('programs', () => {
    // An engine that has the layers already proves nothing of the time: there the figure tells only how long this build took.
    test('the image is smaller than 2 GB, and on a fresh engine built in less than 5 minutes', async () => {
      const size = await imageSize('agent-platform:1.0.0');
      const { buildSeconds } = environment('stage').started;
      process.stdout.write(`agent-platform:1.0.0: ${size.toFixed(0)} MB, built in ${buildSeconds.toFixed(0)} s, less where the engine had layers\n`);
      expect(size).toBeLessThan(2000);
      expect(buildSeconds).toBeLessThan(300);
    });

    test('for developers a changed source shows without a new container', async () => {
      const dev = environment('dev');
      const before = await dev.stack.ids();
      const rules = join(dev.sources, 'agents', 'rules.py');
      await writeFile(rules, (await readFile(rules, 'utf8')).replace('You are welcome.', 'Any time.'));
      await until('the agent answers by the new rule', async () => await dev.answerTo(await dev.leave('Thank you'), 10) === 'Any time.');
      expect(await dev.stack.ids()).toEqual(before);
    });

    test('Adminer is there for developers', async () => {
      expect(await new WebClient({ port: environment('dev').stack.ports['ADMINER_HTTP_PORT']! }).request('/')).toMatchObject({ status: 200 });
    });
  });

  test('told to stop, every program ends by itself', async () => {
    await environment('prod').stack.compose('stop');
    const ends = (await environment('prod').tenants()).map(({ Config, State }) => [Config.Labels['com.docker.compose.service'], State.ExitCode] as const);
    expect(ends.filter(([, code]) => ![0, 143].includes(code))).toEqual([]);
  });
});

/** How many of the lines `host port` answer. */
const ATTEMPT = `
import socket, sys
from concurrent.futures import ThreadPoolExecutor

def answers(line):
    host, port = line.split()
    try:
        socket.create_connection((host, int(port)), 2).close()
        return 1
    except OSError:
        return 0

with ThreadPoolExecutor(64) as pool:
    print(sum(pool.map(answers, sys.stdin)))
`;
