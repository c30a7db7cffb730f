import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment } from '@/lib/environment';
import { poolOf } from '@/lib/pool';
import { routeOf } from '@/lib/routes';

const COMPLETE = {
  DATABASE_URL: 'postgres://guardian@postgres:5432/guardian', REDIS_URL: 'redis://redis:6379/0', NEXTAUTH_URL: 'https://guardian.example',
  NEXTAUTH_SECRET: '0f'.repeat(32), JWT_SECRET: '1e'.repeat(32),
};

test('settings are read', () => {
  const { isSecure, isQueryLogged, sessionKey } = readEnvironment(COMPLETE);
  assert.deepEqual([isSecure, isQueryLogged, sessionKey.length], [true, false, 32]);
});

test('all that is wrong with settings is said at once, without their values', () => {
  assert.throws(() => readEnvironment({ ...COMPLETE, DATABASE_URL: 'mysql://x', JWT_SECRET: 'changeme' }), ({ message }: Error) => {
    assert.deepEqual(message.split('\n').map(line => line.split(' ')[0]), ['DATABASE_URL', 'JWT_SECRET']);
    return !message.includes('changeme');
  });
});

test("Prisma's own parameters of the URL become those of the driver's pool", () => {
  assert.deepEqual(poolOf('postgres://u:p@db:5432/guardian?connection_limit=10&pool_timeout=5&sslmode=disable'), {
    connectionString: 'postgres://u:p@db:5432/guardian?sslmode=disable', max: 10, connectionTimeoutMillis: 5000,
  });
});

test('requests are counted by route, whatever strangers ask for, and those of probes are not', () => {
  const routes = Object.fromEntries(['/', '/?a=1', '/api/ready', '/api/metrics/', '/api/incidents?like=x', '/api/incidents/27bf', '/_next/static/a.js', '/wp-login.php', '/api/nothing'].map(url => [url, routeOf(url)]));
  assert.deepEqual(routes, {
    '/': '/', '/?a=1': '/', '/api/ready': undefined, '/api/metrics/': undefined, '/api/incidents?like=x': '/api/incidents', '/api/incidents/27bf': '/api/incidents/:reference',
    '/_next/static/a.js': '/_next', '/wp-login.php': 'other', '/api/nothing': 'other',
  });
});
