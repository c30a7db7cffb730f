import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { giveCertificate } from './production/site';
import { Prometheus } from './support/prometheus';
import { RunningStack, SERVER } from './support/stack';
import { once, start, type Start } from './support/start';
import { until } from './support/until';

const MINUTES = 60_000;

/** What is said of Cedrus itself stands in `production.e2e.ts`: here is what watches it. */
describe('Cedrus under observation, from the emitted folder alone', () => {
  let stack: RunningStack;
  let started: Start;
  let prometheus: Prometheus;

  beforeAll(() => once(async () => {
    stack = await RunningStack.prepare({ stack: 'cedrus/observed', layout: SERVER, settings: { SECRETS_DIR: '../secrets' }, give });
    started = await start(stack);
    prometheus = new Prometheus(stack.ports['MONITORING_PROMETHEUS_HTTP_PORT']!);
  }), 15 * MINUTES);
  afterAll(() => stack?.end());

  test('`docker compose config` warns of nothing, its images build, and all of it is healthy', async () => {
    expect([started.config, started.build.code, started.up.code]).toEqual([{ code: 0, stdout: '', stderr: '' }, 0, 0]);
    const states = [...await stack.containers()].map(([service, { State }]) => [service, State.Health?.Status ?? `${State.Status} ${State.ExitCode}`]);
    expect(Object.fromEntries(states)).toEqual({
      ...Object.fromEntries(['nginx', 'web', 'postgres', 'redis', 'backup'].map(name => [name, 'healthy'])),
      ...Object.fromEntries(['prometheus', 'alertmanager', 'grafana', 'blackbox', 'host', 'postgres-exporter', 'redis-exporter', 'nginx-exporter', 'backup-exporter'].map(name => [`monitoring-${name}`, 'healthy'])),
      'migrate': 'exited 0', 'static-files-fill': 'exited 0', 'monitoring-postgres-exporter-role': 'exited 0',
    });
  });

  test('every target of Prometheus is up, and so is what its exporters and probes ask', async () => {
    const targets = await until('all are up', async () => {
      const all = await prometheus.targets();
      const down = all.filter(({ health }) => health !== 'up');
      if (down.length > 0) throw new Error(down.map(({ labels, lastError }) => `${labels['service']}: ${lastError}`).join(', '));
      return all;
    });
    expect(targets.map(({ labels: { job, service } }) => `${job} ${service}`).sort()).toEqual([
      'backup backup', 'certificate nginx', 'host monitoring-host', 'monitoring monitoring-alertmanager', 'monitoring monitoring-blackbox', 'monitoring monitoring-grafana', 'monitoring monitoring-prometheus',
      'nginx nginx', 'postgres postgres', 'public nginx', 'ready nginx', 'ready web', 'redis redis',
    ]);
    // It asks every 15 s: the last time may have been before they were there.
    const services = ['postgres', 'redis', 'nginx', 'web'];
    await until(`${services.join(', ')} answer those who ask for it`, async () => {
      const answering = await prometheus.query('{__name__=~"pg_up|redis_up|nginx_up|probe_success"} == 1');
      return services.every(service => answering.some(one => one.service === service));
    });
  });

  test('an alert fires while Postgres is stopped, and is over when it is back', async () => {
    const fires = async () => (await prometheus.firing()).includes('ServiceDown postgres');
    expect(await fires()).toBe(false);
    await stack.compose('stop', 'postgres');
    await until('it fires', fires, { seconds: 150, pause: 1000 });
    await stack.compose('start', 'postgres');
    await until('it is over', async () => !await fires(), { seconds: 120, pause: 1000 });
  }, 10 * MINUTES);
});

async function give(stack: RunningStack): Promise<void> {
  await giveCertificate(stack);
  const receivers = join(stack.secrets, 'monitoring-alertmanager-receivers');
  await mkdir(receivers, { recursive: true, mode: 0o700 });
  await writeFile(join(receivers, 'webhook-1'), 'http://127.0.0.1:9/');
}
