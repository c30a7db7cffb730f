import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeLosses } from './catalyst/losses';
import { BACKEND, Catalyst, draw, type Document } from './catalyst/system';
import { describeHardening } from './support/hardening';
import { imageSize, once, start, type Start } from './support/start';
import { until, untilIs } from './support/until';

const MINUTES = 60_000;

describe('Catalyst in production, from the emitted folder alone', () => {
  let prepared: Catalyst | undefined;
  let started: Start;
  const site = () => {
    if (!prepared) throw new Error('there is no site');
    return prepared;
  };

  beforeAll(() => once(async () => {
    prepared = await Catalyst.prepare();
    started = await start(prepared.stack);
  }), 15 * MINUTES);
  afterAll(() => prepared?.stack.end());

  describe('start', () => {
    test('`docker compose config` accepts it and warns of nothing', () => expect(started.config).toEqual({ code: 0, stdout: '', stderr: '' }));
    test('its images build', () => expect(started.build).toMatchObject({ code: 0 }));
    test('`up --wait` has all of it healthy, the backend three times', async () => {
      expect(started.up).toMatchObject({ code: 0 });
      const states = [...await site().stack.containers()].map(([service, { State }]) => [service, State.Health?.Status ?? `${State.Status} ${State.ExitCode}`]);
      expect(Object.fromEntries(states)).toEqual({
        'nginx': 'healthy', 'catalyst-backend': 'healthy', 'postgres': 'healthy', 'redis': 'healthy', 'backup': 'healthy',
        'monitoring-prometheus': 'healthy', 'monitoring-alertmanager': 'healthy', 'monitoring-grafana': 'healthy', 'monitoring-blackbox': 'healthy', 'monitoring-host': 'healthy',
        'monitoring-postgres-exporter': 'healthy', 'monitoring-redis-exporter': 'healthy', 'monitoring-nginx-exporter': 'healthy', 'monitoring-backup-exporter': 'healthy',
        'monitoring-postgres-exporter-role': 'exited 0',
      });
      expect((await site().replicas()).map(({ State }) => State.Health?.Status)).toEqual(['healthy', 'healthy', 'healthy']);
    });
    test('the image of the application is smaller than 500 MB, with its base', async () => {
      const size = await imageSize('catalyst:1.0.0');
      process.stdout.write(`catalyst/prod: an image of ${size.toFixed(0)} MB\n`);
      expect(size).toBeLessThan(500);
    });
  });

  describe('hardening', () => describeHardening(() => site().stack));

  describe('pictures', () => {
    let picture: Buffer;
    let document: Document;
    beforeAll(async () => { picture = await draw(site().stack, 'The quick brown fox\njumps over the lazy dog'); });

    test('the text of one comes back', async () => {
      const { status, headers, text } = await site().add(picture);
      expect([status, headers['x-text-from']]).toEqual([201, 'picture']);
      document = JSON.parse(text) as Document;
      expect(document.text.replaceAll(/\s+/g, ' ')).toBe('The quick brown fox jumps over the lazy dog');
    });

    test('the second time it comes from the cache; without the cache, from the database', async () => {
      const again = await site().add(picture);
      expect([again.status, again.headers['x-text-from'], JSON.parse(again.text)]).toEqual([200, 'cache', document]);
      await site().stack.compose('stop', 'redis');
      try {
        const uncached = await site().add(picture);
        expect([uncached.status, uncached.headers['x-text-from'], JSON.parse(uncached.text)]).toEqual([200, 'database', document]);
        const health = await site().visitor.request('/health');
        expect([health.status, JSON.parse(health.text)]).toEqual([200, { status: 'degraded', failed: ['redis'] }]);
      } finally {
        await site().stack.compose('start', 'redis');
      }
    });

    test('it is found by its id, and by words like those that it has', async () => {
      expect(await site().visitor.json(`/api/documents/${document.id}`)).toEqual(document);
      expect(await site().visitor.json('/api/documents?words=qvick%20brown')).toEqual([document]);
      expect((await site().visitor.request('/api/documents/00000000-0000-0000-0000-000000000000')).status).toBe(404);
    });

    test('what is no picture is refused, and so is what is too large', async () => {
      expect((await site().add(Buffer.from('not a picture'))).status).toBe(422);
      expect((await site().add(Buffer.alloc(10 * 2 ** 20 + 1))).status).toBe(413);
    });

    test('visitors see neither metrics nor the documentation of the API', async () => {
      for (const path of ['/metrics', '/docs', '/openapi.json', '/']) expect([path, (await site().visitor.request(path)).status]).toEqual([path, 404]);
    });
  });

  describe('losses', () => describeLosses(site));

  describe('monitoring', () => {
    test('every target is up, and each replica is one', async () => {
      // It looks names up every 30 s.
      await until('all targets are up, three replicas among them', async () => {
        const targets = await site().prometheus.targets();
        return targets.every(({ health }) => health === 'up') && targets.filter(({ labels }) => labels['job'] === 'app').length === 3;
      });
      const services = (await site().prometheus.targets()).map(({ labels }) => `${labels['job']} ${labels['service']}`);
      await untilIs('each replica has begun once', [{ service: 'catalyst-backend', value: 3 }], () => site().prometheus.query('count by (service) (process_start_time_seconds{job="app"})'));
      expect(services).toEqual(expect.arrayContaining(['postgres postgres', 'redis redis', 'nginx nginx', 'backup backup', 'ready catalyst-backend', 'public nginx', 'certificate nginx']));
    });

    test('requests are counted over all workers of a replica', async () => {
      await untilIs('more than 100 are', ['catalyst-backend'], async () => (await site().prometheus.query('sum by (service) (http_request_duration_seconds_count{handler="/api/documents/{document_id}", status="200"}) > 100')).map(({ service }) => service));
    });

    test('an alert fires while Postgres is stopped, and is over when it is back', async () => {
      const before = await site().stack.ids();
      await site().stack.compose('stop', 'postgres');
      try {
        await until('`/health` says so', async () => (await site().visitor.request('/health')).status === 503);
        expect((await site().visitor.request('/health/live')).status).toBe(200);
        await until('the alert fires', async () => (await site().prometheus.firing()).includes('ServiceDown postgres'), { seconds: 150, pause: 2000 });
      } finally {
        await site().stack.compose('start', 'postgres');
      }
      await until('nothing is wrong', () => site().prometheus.isCalm({ restarted: [BACKEND] }), { pause: 2000 });
      // A worker that nobody has asked since finds then that its connections are gone, and makes others.
      await untilIs('all workers of all replicas answer', [200], async () => [...new Set((await Promise.all(Array.from({ length: 30 }, () => site().visitor.request('/health')))).map(({ status }) => status))]);
      expect(await site().stack.ids()).toEqual(before);
    }, 10 * MINUTES);
  });

  describe('backups', () => {
    test('one is made, and can be restored', async () => {
      await site().stack.compose('run', '--rm', 'backup', 'backup');
      expect(await site().stack.compose('run', '--rm', 'backup-drill')).toMatch(/drill/i);
    });
  });

  describe('stop', () => {
    test('all end by themselves, within the time that they are given', async () => {
      await site().stack.compose('stop');
      const codes = [...await site().stack.containers()].map(([service, { State }]) => [service, State.ExitCode]);
      expect(codes.filter(([, code]) => code !== 0 && code !== 143)).toEqual([]);
    });
  });
});
