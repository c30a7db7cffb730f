import { beforeAll, expect, test } from '@jest/globals';
import type { RunningStack } from '../support/stack';
import { passOver, until, untilIs } from '../support/until';
import type { Answer, WebClient } from '../support/web-client';

interface Incident { readonly id: number; readonly reference: string; readonly title: string; readonly resolvedAt: string | null }
interface Site { readonly stack: RunningStack; readonly visitor: WebClient }

export function describeStores(site: () => Site): void {
  const report = (body: object): Promise<Answer> => site().visitor.request('/api/incidents', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const found = (query = '') => site().visitor.json<{ incidents: Incident[]; reportedToday: number }>(`/api/incidents${query}`);
  const migrations = () => site().stack.psql('SELECT migration_name, applied_steps_count, finished_at IS NOT NULL, rolled_back_at IS NULL FROM _prisma_migrations ORDER BY 1');
  const MIGRATED = '20260105090000_incidents|1|t|t\n';

  // What was reported today is counted from zero at midnight.
  beforeAll(() => passOver('23:50', '24:00'), 15 * 60_000);

  test('the database has its extensions, counts queries, and tells times in UTC', async () => {
    expect(await site().stack.psql("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1")).toBe('pg_stat_statements\npg_trgm\nuuid-ossp\n');
    expect(Number(await site().stack.psql('SELECT count(*) FROM pg_stat_statements'))).toBeGreaterThan(0);
    expect(await site().stack.psql('SHOW timezone')).toBe('UTC\n');
    expect(await site().stack.psql("SELECT setconfig FROM pg_db_role_setting JOIN pg_database ON oid = setdatabase WHERE datname = current_database()")).toBe('{TimeZone=UTC}\n');
  });

  test('migrations are applied once, however often they are asked for; their check agrees', async () => {
    expect(await migrations()).toBe(MIGRATED);
    expect(await site().stack.run('run', '--rm', '-T', 'migrate')).toMatchObject({ code: 0, stdout: expect.stringContaining('No pending migrations to apply') });
    expect(await migrations()).toBe(MIGRATED);
    const check = () => site().stack.run('run', '--rm', '-T', '--entrypoint', 'node_modules/.bin/prisma', 'migrate', 'migrate', 'status');
    expect(await check()).toMatchObject({ code: 0, stdout: expect.stringContaining('Database schema is up to date') });
    await site().stack.psql("UPDATE _prisma_migrations SET migration_name = 'other'");
    expect((await check()).code).toBe(1);
    await site().stack.psql("UPDATE _prisma_migrations SET migration_name = '20260105090000_incidents'");
  });

  test('what is written through Prisma is read back, found by a part of it, and counted in Redis', async () => {
    const before = (await found()).reportedToday;
    const answer = await report({ title: 'A door stands open', severity: 'high', reporter: 'Ada' });
    expect(answer.status).toBe(201);
    const { token, ...incident } = JSON.parse(answer.text) as Incident & { token: string };
    expect(incident.reference).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await found('?like=DOOR')).toEqual({ incidents: [incident], reportedToday: before + 1 });
    expect((await found('?like=window')).incidents).toEqual([]);
    expect(await site().stack.psql(`SELECT title, severity, reporter FROM incidents WHERE reference = '${incident.reference}'`)).toBe('A door stands open|high|Ada\n');
    const [key] = (await redis('--scan', '--pattern', 'reported:*')).trim().split('\n');
    expect(Number(await redis('get', key!))).toBe(before + 1);

    const resolve = (bearer: string) => site().visitor.request(`/api/incidents/${incident.reference}`, { method: 'DELETE', headers: { authorization: `Bearer ${bearer}` } });
    expect((await resolve(`${token.slice(0, -2)}${token.endsWith('AA') ? 'BA' : 'AA'}`)).status).toBe(401);
    expect([(await resolve(token)).status, (await resolve(token)).status]).toEqual([204, 409]);
    expect((await found()).incidents[0]).toMatchObject({ reference: incident.reference, resolvedAt: expect.stringMatching(/^20\d\d-/) });
  });

  test('what makes no sense is refused', async () => {
    expect([(await report({})).status, (await report({ title: 'x', severity: 'extreme', reporter: 'Ada' })).status]).toEqual([400, 400]);
  });

  test('the page shows it, and lets no script run but its own', async () => {
    const { status, headers, text } = await site().visitor.request('/');
    expect([status, text.includes('A door stands open')]).toEqual([200, true]);
    const nonce = /'nonce-([^']+)'/.exec(headers['content-security-policy'] as string)![1]!;
    const scripts = text.match(/<script[^>]*>/g)!;
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter(script => !script.includes(`nonce="${nonce}"`))).toEqual([]);
  });

  test('however many ask at once, there are at most ten connections to the database', async () => {
    const statuses = await Promise.all(Array.from({ length: 80 }, async () => (await site().visitor.request('/api/incidents')).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const connections = Number(await site().stack.psql("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND client_addr IS NOT NULL"));
    expect(connections).toBeGreaterThan(1);
    expect(connections).toBeLessThanOrEqual(10);
  });

  test.each([
    { service: 'postgres', failed: ['database', 'api'], page: 500 },
    { service: 'redis', failed: ['redis'], page: 200 },
  ])('while $service is stopped, `/api/ready` names it with 503, `/api/health` says `degraded`, and the process lives; when it is back all is well', async ({ service, failed, page }) => {
    const { stack, visitor } = site();
    const before = await stack.ids();
    await stack.compose('stop', service);
    try {
      const { status, text } = await visitor.request('/api/ready');
      expect([status, JSON.parse(text)]).toEqual([503, { ready: false, failed }]);
      expect(await visitor.json('/api/health')).toMatchObject({ status: 'degraded', checks: Object.fromEntries(failed.map(name => [name, { ok: false }])) });
      expect(await visitor.json('/api/live')).toEqual({ live: true });
      expect((await visitor.request('/')).status).toBe(page);
    } finally {
      await stack.compose('start', service);
    }
    await untilIs('the site is ready', 200, async () => (await visitor.request('/api/ready')).status);
    expect((await visitor.request('/')).status).toBe(200);
    expect(await stack.ids()).toEqual(before);
  });

  test('a database that is started anew gets the password of its secret, which its statistics of queries do not keep', async () => {
    const { stack, visitor } = site();
    const password = (await stack.exec('postgres', 'cat', '/run/secrets/postgres/password')).trim();
    await stack.psql("ALTER ROLE CURRENT_USER PASSWORD 'another'");
    await stack.compose('restart', 'postgres');
    await until('the site has logged in again', async () => (await visitor.request('/api/ready')).status === 200);
    const queries = await stack.psql('SELECT query FROM pg_stat_statements');
    // What is set without care is kept; and no failure prints the value.
    expect([queries.includes("PASSWORD 'another'"), password.length > 20, queries.includes(password)]).toEqual([true, true, false]);
  });

  test('a backup is made, and restored into a database that has the extensions already', async () => {
    const { stack, visitor } = site();
    const run = (...args: string[]) => stack.run('run', '--rm', '-T', ...args);
    expect(await run('backup', 'backup')).toMatchObject({ code: 0, stdout: expect.stringMatching(/guardian_backup_\d{8}_\d{6}\.sql\.gz: verified/) });
    expect(await run('backup-drill')).toMatchObject({ code: 0, stdout: expect.stringContaining('drill passed') });
    const before = await found();
    await stack.compose('stop', 'web');
    await stack.psql('DROP TABLE incidents, _prisma_migrations; DROP TYPE "Severity"');
    expect(await run('backup-restore')).toMatchObject({ code: 0, stdout: expect.stringContaining('2 tables') });
    await stack.compose('start', 'web');
    await untilIs('the site is ready', 200, async () => (await visitor.request('/api/ready')).status);
    expect(await found()).toEqual(before);
    expect(await migrations()).toBe(MIGRATED);
  });

  function redis(...command: readonly string[]): Promise<string> {
    return site().stack.exec('redis', 'sh', '-c', 'REDISCLI_AUTH=$(cat /run/secrets/redis/password) exec redis-cli "$@"', 'redis-cli', ...command);
  }
}
