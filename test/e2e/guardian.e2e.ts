import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeStores } from './guardian/stores';
import { describeSecrets } from './guardian/secrets';
import { certificateOf } from './support/certificate';
import { describeHardening } from './support/hardening';
import { Prometheus } from './support/prometheus';
import { output } from './support/shell';
import { RunningStack, SERVER } from './support/stack';
import { imageSize, memoryInUse, once, start, type Start } from './support/start';
import { until, untilIs } from './support/until';
import { WebClient } from './support/web-client';

const MINUTES = 60_000;
const HOST = 'guardian.example';
const IMAGE = 'guardian:1.0.0';

describe('Guardian in production, from the emitted folder alone', () => {
  let stack: RunningStack;
  let visitor: WebClient;
  let started: Start;

  beforeAll(() => once(async () => {
    stack = await RunningStack.prepare({ stack: 'guardian/prod', layout: SERVER, settings: { SECRETS_DIR: '../secrets' }, give });
    visitor = new WebClient({ port: stack.ports['NGINX_HTTPS_PORT']!, host: HOST, trusted: await readFile(join(stack.secrets, 'nginx-certificate', 'tls.crt'), 'utf8') });
    started = await start(stack);
  }), 20 * MINUTES);
  afterAll(() => stack?.end());

  describe('start', () => {
    test('`docker compose config` accepts it and warns of nothing', () => expect(started.config).toEqual({ code: 0, stdout: '', stderr: '' }));
    test('its images build', () => expect(started.build).toMatchObject({ code: 0 }));

    test('`up --wait` has all of it healthy', async () => {
      expect(started.up).toMatchObject({ code: 0 });
      const states = [...await stack.containers()].map(([service, { State }]) => [service, State.Health?.Status ?? `${State.Status} ${State.ExitCode}`]);
      expect(Object.fromEntries(states)).toEqual({
        'nginx': 'healthy', 'web': 'healthy', 'postgres': 'healthy', 'redis': 'healthy', 'backup': 'healthy', 'migrate': 'exited 0',
        'monitoring-prometheus': 'healthy', 'monitoring-alertmanager': 'healthy', 'monitoring-grafana': 'healthy', 'monitoring-blackbox': 'healthy', 'monitoring-host': 'healthy',
        'monitoring-postgres-exporter': 'healthy', 'monitoring-redis-exporter': 'healthy', 'monitoring-nginx-exporter': 'healthy', 'monitoring-backup-exporter': 'healthy',
        'monitoring-postgres-exporter-role': 'exited 0',
      });
    });

    test('the image is smaller than 500 MB, with its base, and says how it is asked', async () => {
      const size = await imageSize(IMAGE);
      process.stdout.write(`guardian/prod: an image of ${size.toFixed(0)} MB, of which ${(size - await imageSize('node:20-alpine')).toFixed(0)} are Guardian's; ${(await memoryInUse(stack)).toFixed(0)} MB of memory in use\n`);
      expect(size).toBeLessThan(500);
      const [{ Config }] = JSON.parse(await output('docker', ['image', 'inspect', IMAGE])) as [{ Config: { User: string; Entrypoint: string[]; Healthcheck: object } }];
      expect(Config).toMatchObject({ User: '1001:1001', Entrypoint: ['dumb-init', '--'], Healthcheck: { Interval: 30e9, Timeout: 10e9, StartPeriod: 60e9, Retries: 3 } });
    });
  });

  describe('hardening', () => describeHardening(() => stack));

  describe('health', () => {
    test('`/api/health` says how each part is, how long it took, and what memory is left', async () => {
      const check = { ok: true, milliseconds: expect.any(Number) };
      expect(await visitor.json('/api/health')).toEqual({
        status: 'ok', checks: { database: check, redis: check, api: check },
        responseTimeMs: expect.any(Number), memoryMb: { resident: expect.any(Number), heapUsed: expect.any(Number), heapLimit: expect.any(Number) }, uptimeSeconds: expect.any(Number),
      });
    });

    test('`/api/ready` and `/api/live` say yes', async () => {
      expect([await visitor.json('/api/ready'), await visitor.json('/api/live')]).toEqual([{ ready: true }, { live: true }]);
    });

    test('the heap ends at three quarters of the limit that the kernel keeps', async () => {
      const { memoryMb: { heapLimit } } = await visitor.json<{ memoryMb: { heapLimit: number } }>('/api/health');
      expect((await stack.containers()).get('web')!.HostConfig.Memory).toBe(2 ** 30);
      // The rest is V8's young generation.
      expect(heapLimit).toBeGreaterThanOrEqual(768);
      expect(heapLimit).toBeLessThan(768 + 64);
    });

    test('dumb-init is the first process, and hands on what tells the server to end', async () => {
      expect(await stack.exec('web', 'cat', '/proc/1/cmdline')).toBe('dumb-init\0--\0node\0server.js\0');
      const began = Date.now();
      await stack.compose('stop', 'web');
      expect(Date.now() - began).toBeLessThan(9000);
      expect((await stack.containers()).get('web')!.State.ExitCode).not.toBe(137);
      await stack.compose('start', 'web');
      await untilIs('the site is ready', 200, async () => (await visitor.request('/api/ready')).status);
    });
  });

  describe('metrics', () => {
    const prometheus = () => new Prometheus(stack.ports['MONITORING_PROMETHEUS_HTTP_PORT']!);

    test('requests are counted by method, route and status, whatever strangers ask for, and those of probes are not', async () => {
      await visitor.request('/api/incidents');
      await visitor.request('/wp-login.php?a=1');
      await visitor.request('/api/incidents/none', { method: 'DELETE' });
      const text = await stack.exec('web', 'node', '--eval', "fetch('http://127.0.0.1:3000/api/metrics').then(async answer => console.log(await answer.text()))");
      for (const labels of ['method="GET",route="other",status="404"', 'method="DELETE",route="/api/incidents/:reference",status="401"', 'method="GET",route="/api/incidents",status="200"']) {
        expect(text.match(/^http_request_duration_seconds_count.*/gm)).toContainEqual(expect.stringMatching(`{${labels}} [1-9]`));
      }
      // The objective is one of the bounds.
      expect(text).toContain('http_request_duration_seconds_bucket{le="0.2",');
      for (const never of ['wp-login', 'route="/api/ready"', 'route="/api/live"', 'route="/api/metrics"']) expect(text).not.toContain(never);
    });

    test('visitors do not see them', async () => {
      for (const path of ['/api/metrics', '/api/metrics/', '/API/metrics', '/api/%6detrics?a=1']) expect([path, (await visitor.request(path)).status]).toEqual([path, 404]);
    });

    test('Prometheus reaches all that it asks, and knows the durations that its alerts look at', async () => {
      // It asks every 15 s: the last time may have been while the server was down.
      await until('every target is up', () => prometheus().asks([
        'app web', 'backup backup', 'certificate nginx', 'host monitoring-host', 'monitoring monitoring-alertmanager', 'monitoring monitoring-blackbox', 'monitoring monitoring-grafana', 'monitoring monitoring-prometheus',
        'nginx nginx', 'postgres postgres', 'public nginx', 'ready nginx', 'ready web', 'redis redis',
      ]));
      // Of what visitors ask: probes are not counted.
      await until('there is a p95', async () => {
        await visitor.request('/api/incidents');
        const [p95] = await prometheus().query('histogram_quantile(0.95, sum by (service, job, le) (rate(http_request_duration_seconds_bucket[5m])))');
        return p95?.service === 'web' && p95.value > 0;
      });
    });
  });

  test('an alert fires while Postgres is stopped, and is over when it is back', async () => {
    const firing = async () => (await new Prometheus(stack.ports['MONITORING_PROMETHEUS_HTTP_PORT']!).firing()).includes('ServiceDown postgres');
    await stack.compose('stop', 'postgres');
    try {
      await until('it fires', firing, { seconds: 150, pause: 2000 });
    } finally {
      await stack.compose('start', 'postgres');
    }
    await until('it is over', async () => !await firing(), { seconds: 120, pause: 2000 });
    await untilIs('the site is ready', 200, async () => (await visitor.request('/api/ready')).status);
  }, 10 * MINUTES);

  describe('stores', () => describeStores(() => ({ stack, visitor })));
  describe('secrets', () => describeSecrets(() => stack, IMAGE));

  test('logs are kept in 3 files of 10 MB', async () => {
    const ids = Object.values(await stack.ids());
    const kinds = (await output('docker', ['inspect', '--format', '{{json .HostConfig.LogConfig}}', ...ids])).trim().split('\n').map(line => JSON.parse(line) as object);
    for (const kind of kinds) expect(kind).toEqual({ Type: 'json-file', Config: { 'max-file': '3', 'max-size': '10000000b' } });
  });

  test('`up` again changes nothing', async () => {
    const before = await stack.ids();
    await stack.compose('up', '--build', '--wait');
    expect(await stack.ids()).toEqual(before);
  });
});

/** What only people have: a certificate, and where alerts go: nowhere. */
async function give(stack: RunningStack): Promise<void> {
  await certificateOf(HOST)(stack);
  const receivers = join(stack.secrets, 'monitoring-alertmanager-receivers');
  await mkdir(receivers, { recursive: true, mode: 0o700 });
  await writeFile(join(receivers, 'webhook-1'), 'http://127.0.0.1:9/');
}
