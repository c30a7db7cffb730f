import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Postgres, type PostgresProps } from '../../constructs';
import { Compose, Kubernetes, synthesize } from '../../lib';
import { canCheck, missing } from '../support/here';
import { composeOf, problemsOf, service, shop, textOf } from '../support/stacks';
import { clusterOf } from '../targets/kubernetes/cluster';

const CONF = 'config/db-config/postgresql.conf';
const postgres = (props: Partial<PostgresProps> = {}) => composeOf(stack => {
  const db = new Postgres(stack, 'db', { storage: '5Gi', ...props });
  service(stack, 'web', { env: { URL: db.url, HOST: db.host } });
});
const settings = (props: Partial<PostgresProps>) => Object.fromEntries(postgres(props).file(CONF).trim().split('\n').map(line => line.split(' = ') as [string, string]));

describe('Postgres', () => {
  test('runs as the image\'s own user, on its own files, with its data on a volume', () => {
    expect(postgres().services['db']).toMatchObject({
      image: 'postgres:17-alpine', user: '70:70', command: ['postgres', '-c', 'config_file=/etc/postgresql/postgresql.conf'],
      environment: { POSTGRES_DB: 'db', POSTGRES_USER: 'db', POSTGRES_PASSWORD_FILE: '/run/secrets/postgres/password', POSTGRES_INITDB_ARGS: '--data-checksums --auth-host=scram-sha-256', PGDATA: '/var/lib/postgresql/data/pgdata' },
      volumes: [{ type: 'volume', source: 'db-data', target: '/var/lib/postgresql/data' }],
      secrets: [{ source: 'db-credentials.password', target: '/run/secrets/postgres/password' }],
      stop_signal: 'SIGINT', stop_grace_period: '120s', shm_size: '210m',
    });
  });

  test('from version 18 on keeps its data in a folder of its version', () => {
    expect(postgres({ version: 18 }).services['db']).toMatchObject({ image: 'postgres:18-alpine', environment: { PGDATA: '/var/lib/postgresql/18/docker' }, volumes: [{ target: '/var/lib/postgresql' }] });
  });

  test('on Debian runs as another user', () => {
    expect(postgres({ variant: 'debian' }).services['db']).toMatchObject({ image: 'postgres:17', user: '999:999' });
  });

  test('is well when it answers over TCP, as it does not while it prepares an empty database', () => {
    expect(postgres({ database: 'shop', user: 'clerk' }).services['db']!.healthcheck).toMatchObject({ test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'clerk', '-d', 'shop'], start_period: '60s' });
  });

  test.each([
    { asked: {}, period: '60s', checks: 6 + 3 },
    { asked: { startup: '10m' }, period: '600s', checks: 60 + 3 },
  ] as const)('may take $period to start on both targets', ({ asked, period, checks }) => {
    expect(postgres(asked).services['db']!.healthcheck).toMatchObject({ start_period: period });
    expect(clusterOf(stack => { new Postgres(stack, 'db', { storage: '5Gi', ...asked }); }).container('db').startupProbe).toMatchObject({ periodSeconds: 10, failureThreshold: checks });
  });

  test('is told of in one reference: URL, edge, start order', () => {
    expect(postgres({ database: 'shop' }).services['web']).toMatchObject({
      environment: { URL: 'postgres://shop:${DB_CREDENTIALS_PASSWORD:?make it with: npx compose8s secrets init shop/dev}@db:5432/shop', HOST: 'db' },
      networks: ['web--db'], depends_on: { db: { condition: 'service_healthy' } },
    });
  });

  test.each<[NonNullable<PostgresProps['resources']>['memory'], Record<string, string>]>([
    ['1Gi', { shared_buffers: "'256MB'", effective_cache_size: "'768MB'", maintenance_work_mem: "'64MB'", work_mem: "'3MB'", max_connections: "'100'" }],
    ['4Gi', { shared_buffers: "'1GB'", effective_cache_size: "'3GB'", maintenance_work_mem: "'256MB'", work_mem: "'14MB'", max_connections: "'100'" }],
    ['256Mi', { shared_buffers: "'64MB'", effective_cache_size: "'192MB'", maintenance_work_mem: "'16MB'", work_mem: "'1MB'", max_connections: "'100'" }],
  ])('sizes its memory from a limit of %s', (memory, expected) => {
    expect(settings({ resources: { cpu: 1, memory } })).toMatchObject(expected);
  });

  test('takes the user\'s settings before its own, and sizes the rest by them', () => {
    expect(settings({ settings: { max_connections: 400, random_page_cost: 1.1, jit: false } })).toMatchObject({ max_connections: "'400'", work_mem: "'1MB'", random_page_cost: "'1.1'", jit: "'off'" });
  });

  // 128 MiB of room, or 256 from 2 GiB on; maintenance_work_mem; six times work_mem, as the server has two workers beside each query.
  test.each<[string, Partial<PostgresProps>, string]>([
    ['the defaults', {}, '210m'],
    ['a larger limit', { resources: { cpu: 1, memory: '4Gi' } }, '596m'],
    ['large settings', { resources: { cpu: 1, memory: '4Gi' }, settings: { shared_buffers: '1GB', maintenance_work_mem: '512MB', work_mem: '20MB' } }, '888m'],
    ['more workers', { settings: { max_parallel_workers_per_gather: 4, hash_mem_multiplier: 3 } }, '237m'],
    ['no parallel work', { settings: { max_parallel_workers_per_gather: 0, max_parallel_maintenance_workers: 0 } }, '128m'],
    ['settings that overcommit: half of what the buffers leave', { settings: { shared_buffers: '256MB', maintenance_work_mem: '512MB' }, overcommit: true }, '384m'],
  ])('shares as much memory among processes as its settings let them ask for: %s', (_, props, expected) => {
    const stack = postgres(props);
    expect(stack.services['db']!.shm_size).toBe(expected);
    expect(clusterOf(scope => { new Postgres(scope, 'db', { storage: '5Gi', ...props }); }).pod('db').volumes).toContainEqual({ name: 'db-dev-shm', emptyDir: { medium: 'Memory', sizeLimit: `${parseInt(expected)}Mi` } });
  });

  test.each([1, 5, 9, 10, 100])('fits its own defaults with %d connections', connections => {
    expect(problemsOf(shop(stack => { new Postgres(stack, 'db', { storage: '1Gi', settings: { max_connections: connections } }); }))).toBe('');
  });

  test('has room for a process of each connection', () => {
    expect(postgres({ settings: { max_connections: 400 }, resources: { cpu: 1, memory: '4Gi' } }).services['db']!.deploy!.resources!.limits!.pids).toBe(464);
  });

  test('quotes every value, so that none can begin another line or an escape', () => {
    expect(settings({ settings: { log_line_prefix: "%m 'x' \\n " } })['log_line_prefix']).toBe("'%m ''x'' \\\\n '");
  });

  test('that overcommits says so in the report', () => {
    expect(postgres({ settings: { shared_buffers: '512MB' }, overcommit: true }).notes).toContainEqual({
      at: 'shop/dev/db', field: 'loosened.accepted', target: 'compose', outcome: 'loosened', what: 'the worst case of its memory settings is more than its limit of 1 GiB; the kernel would end it',
    });
  });

  test('runs scripts on an empty database', () => {
    const { services, file } = postgres({ initScripts: { '10-extensions.sql': 'CREATE EXTENSION citext;' } });
    expect(services['db']!.configs).toContainEqual({ source: 'db-init.10-extensions.sql', target: '/docker-entrypoint-initdb.d/10-extensions.sql' });
    expect(file('config/db-init/10-extensions.sql')).toBe('CREATE EXTENSION citext;');
  });

  test.each([
    { version: 17, volume: '/var/lib/postgresql/data', data: '/var/lib/postgresql/data/pgdata' },
    { version: 18, volume: '/var/lib/postgresql', data: '/var/lib/postgresql/18/docker' },
  ])('of version $version marks its volume until the last script of its first start, and refuses data beside a mark', ({ version, volume, data }) => {
    const initScripts = { '10-extensions.sql': 'CREATE EXTENSION citext;', '90-last.sql': 'SELECT 1;' };
    const { services, file } = postgres({ version, initScripts });
    const scripts = ['10-extensions.sql', '90-last.sql', 'zzzz-first-start-ended.sh'];
    expect(services['db']!.configs!.map(config => (config as { readonly target: string }).target).filter(path => path.includes('initdb'))).toEqual(scripts.map(name => `/docker-entrypoint-initdb.d/${name}`));
    const cluster = clusterOf(stack => { new Postgres(stack, 'db', { storage: '5Gi', version, initScripts }); });
    expect(cluster.container('db').volumeMounts!.map(({ mountPath }) => mountPath).filter(path => path.includes('initdb'))).toEqual(scripts.map(name => `/docker-entrypoint-initdb.d/${name}`));
    expect(file('config/db-init/zzzz-first-start-ended.sh')).toBe(`#!/bin/sh\nrm -f ${volume}/first-start-not-ended\n`);
    expect(file('config/db-scripts/start')).toContain(`\nif [ ! -s ${data}/PG_VERSION ]; then\n  : >${volume}/first-start-not-ended\nelif [ ${volume}/first-start-not-ended -nt ${data}/PG_VERSION ]; then\n`);
  });

  test('marks its volume without scripts of its own too: it could be stopped before it has made the database', () => {
    expect(postgres().services['db']!.configs).toContainEqual({ source: 'db-init.zzzz-first-start-ended.sh', target: '/docker-entrypoint-initdb.d/zzzz-first-start-ended.sh' });
  });

  test('that was cut short at its first start begins anew as the guide says', () => {
    const { emissions } = synthesize(shop(stack => { new Postgres(stack, 'db', { storage: '5Gi' }); }, { targets: [new Compose(), new Kubernetes()] }));
    const [compose, kubernetes] = emissions.map(({ files }) => textOf(files, 'OPERATIONS.md').split('\n## When something does not start\n')[1]!);
    expect(compose).toMatch(/\n### The first start of the database db was cut short\n\n.*`docker compose logs --tail 100 db`.*\n\n.*`docker compose rm --stop --force db`, then `docker volume rm shop-dev_db-data`, then `docker compose up --wait`\.\n/);
    expect(kubernetes).toMatch(/\n### The first start of the database db was cut short\n\n.*`kubectl logs .*`.*\n\n.*`kubectl scale statefulset\/db --replicas=0`, then `kubectl delete persistentvolumeclaim db-data-db-0`, then `kubectl scale statefulset\/db --replicas=1`\.\n/);
  });

  if (canCheck('its scripts pass shellcheck', missing('shellcheck'))) {
    test.each(['config/db-scripts/start', 'config/db-init/zzzz-first-start-ended.sh'])('shellcheck finds nothing in %s', path => {
      expect(spawnSync('shellcheck', ['-'], { input: postgres().file(path), encoding: 'utf8' }).stdout).toBe('');
    });
  }

  test('loads what an extension of its scripts wants loaded, or says that it is not', () => {
    const script = 'CREATE EXTENSION pg_trgm;\n-- CREATE EXTENSION pg_cron;\ncreate extension if not exists "pg_stat_statements";';
    const build = (settings: PostgresProps['settings']) => problemsOf(shop(stack => { new Postgres(stack, 'db', { storage: '1Gi', initScripts: { 'init-db.sql': script }, settings }); }));
    expect(build({ shared_preload_libraries: 'auto_explain, pg_stat_statements' })).toBe('');
    expect(build({ shared_preload_libraries: 'auto_explain' })).toBe(`✖ init-db.sql makes the extension pg_stat_statements, which the server must load when it starts
  at shop/dev/db
  fix: add it to the settings: shared_preload_libraries: 'auto_explain,pg_stat_statements'
`);
  });

  test('gives its role the password of the secret at each start, and monitoring gives one to its own, out of sight of the log and of the statistics', () => {
    const quiet = [
      "SET log_statement = 'none';", 'SET log_min_duration_statement = -1;', 'SET log_min_duration_sample = -1;', 'SET log_transaction_sample_rate = 0;',
      "SET log_min_error_statement = 'panic';", 'SET pg_stat_statements.track_utility = off;', 'SET track_activities = off;',
    ].join('\n');
    expect(postgres().file('config/db-scripts/start')).toContain(`\n\\set password \`cat /run/secrets/postgres/password\`\n${quiet}\nALTER ROLE CURRENT_USER PASSWORD :'password';\nEND\n`);
    expect(readFileSync(join(__dirname, '../../constructs/monitoring/scripts/postgres-role.sh'), 'utf8')).toContain(`\n\\set password \`cat "$MONITORING_PASSWORD_FILE"\`\n${quiet}\nBEGIN;\n`);
  });

  test('is published on the host itself, and only where asked for', () => {
    expect([postgres({ published: 15432 }).services['db']!.ports, postgres().services['db']!.ports]).toEqual([
      [{ name: 'postgres', target: 5432, published: '${DB_POSTGRES_PORT:-15432}', protocol: 'tcp', host_ip: '127.0.0.1' }], undefined,
    ]);
  });

  test('makes a name of letters for its database from any id', () => {
    expect(composeOf(stack => { new Postgres(stack, 'Main-DB', { storage: '1Gi' }); }).services['main-db']!.environment).toMatchObject({ POSTGRES_DB: 'main_db', POSTGRES_USER: 'main_db' });
  });
});
