import { BackupCronJob, NginxProxy, Postgres, Redis, type BackupCronJobProps, type NginxProxyProps, type PostgresProps, type RedisProps } from '../../constructs';
import { Cron } from '../../lib';
import { service } from '../support/stacks';
import { problem, type BadInput, type Expected } from './case';

const DB = 'shop/dev/db';

const postgres = (name: string, props: Partial<PostgresProps>, ...problems: Expected[]): BadInput => ({ name, build: stack => { new Postgres(stack, 'db', { storage: '1Gi', ...props }); }, problems });
const setting = (name: string, settings: PostgresProps['settings'], what: string, fix: string, props: Partial<PostgresProps> = {}) => postgres(name, { settings, ...props }, problem(what, fix, DB));

export const databases: readonly BadInput[] = [
  setting('shared_buffers over the limit', { shared_buffers: '2GB' }, 'shared_buffers (2 GiB) does not fit the memory limit (1 GiB)', 'raise resources.memory, or lower settings.shared_buffers'),
  setting('shared_buffers over the limit, though it overcommits', { shared_buffers: '2GB' }, 'shared_buffers (2 GiB) does not fit the memory limit (1 GiB)', 'raise resources.memory, or lower settings.shared_buffers', { overcommit: true }),
  setting('shared_buffers of half the limit', { shared_buffers: '512MB', work_mem: '1MB' }, 'shared_buffers (512 MiB) takes more than 40 % of the memory limit (1 GiB), which the page cache and the connections need too',
    'raise resources.memory, lower settings.shared_buffers, or accept it: overcommit: true'),
  setting('connections whose sum is over the limit', { work_mem: '50MB', max_connections: 200 }, 'shared_buffers (256 MiB) and 200 connections with work_mem (50 MiB) each do not fit the memory limit (1 GiB)',
    'lower max_connections or work_mem, raise resources.memory, or accept it: overcommit: true'),
  setting('processes that share more memory than there is', { maintenance_work_mem: '380MB' },
    'a parallel VACUUM with maintenance_work_mem (380 MiB) and a parallel hash join with work_mem (18 MiB in all its processes) share more memory than half of what shared_buffers (256 MiB) leave of the limit (1 GiB)',
    'lower maintenance_work_mem, work_mem or max_parallel_workers_per_gather, raise resources.memory, or accept it: overcommit: true'),
  setting('fsync off', { fsync: false }, 'fsync is off: a crash would destroy the data', 'leave fsync on; for speed without durability of the last moment use synchronous_commit = off'),
  setting('full_page_writes off in its shortest spelling', { full_page_writes: 'f' }, 'full_page_writes is off: a crash would destroy the data', 'leave full_page_writes on; for speed without durability of the last moment use synchronous_commit = off'),
  setting('a setting with a hostile name', { "a = 'b'\nfsync": 'on' }, "'a = 'b'\nfsync' cannot be a setting of Postgres", 'use the name in the manual: lower-case letters, digits and underscores'),
  setting('a setting with a line break in its value', { log_line_prefix: "x'\nfsync = off" }, 'the setting log_line_prefix contains a control character', 'give a value of one line'),
  setting('a size of the wrong unit', { work_mem: '64Mi' }, "work_mem is '64Mi', which is no amount of memory", "write a whole number and kB, MB or GB: '512MB'"),
  setting('connections that are none', { max_connections: 'many' }, "max_connections is 'many'", 'give a whole number from 1 to 10000'),
  setting('no connection', { max_connections: 0 }, "max_connections is '0'", 'give a whole number from 1 to 10000'),
  setting('a port for the server', { port: 5433 }, 'port is not to be set: the construct depends on it', 'leave port out'),
  postgres('a database with a dash', { database: 'my-shop', user: 'shop' }, problem("'my-shop' cannot be the name of a database", 'use at most 63 lower-case letters, digits and underscores, and no digit first', DB)),
  postgres('a hostile user', { user: 'a b;--' }, problem("'a b;--' cannot be the name of a user", 'use at most 63 lower-case letters, digits and underscores, and no digit first', DB)),
  ...([['pg_shop', 'Postgres keeps what begins with pg_ for its own roles'], ['public', 'to Postgres it means everybody'], ['none', 'to Postgres it means nobody']] as const).map(([user, why]) => (
    postgres(`a user called ${user}`, { user }, problem(`'${user}' cannot be the name of a user: ${why}`, 'give it another: user: …', DB)))),
  {
    name: 'a user that an id makes, and that Postgres keeps for itself', build: stack => { new Postgres(stack, 'pg-main', { storage: '1Gi' }); },
    problems: [problem("'pg_main' cannot be the name of a user: Postgres keeps what begins with pg_ for its own roles", 'give it another: user: …', 'shop/dev/pg-main')],
  },
  ...['template0', 'template1'].map(database => (
    postgres(`a database called ${database}`, { database, user: 'shop' }, problem(`'${database}' cannot be the name of a database: Postgres makes new databases as copies of it`, 'give it another: database: …', DB)))),
  postgres('a version that is too old', { version: 9 }, problem('version 9 of Postgres is not supported', 'use the number of a major version from 14 on', DB)),
  postgres('a minor version', { version: 16.4 }, problem('version 16.4 of Postgres is not supported', 'use the number of a major version from 14 on', DB)),
  // @ts-expect-error -- no unit
  postgres('a size without a unit, twice', { storage: '50', resources: { cpu: 1, memory: '1024' } },
    problem("resources: '1024' is not a size", 'write a positive number with its unit, such as 512Mi, 2Gi or 40GB', DB),
    problem("size: '50' is not a size", 'write a positive number with its unit, such as 512Mi, 2Gi or 40GB', `${DB}/data`)),
  ...['zzzz-first-start-ended.sh', 'ZZZZZ-last.sql'].map(name => (
    postgres(`a script that is not run before the last one: ${name}`, { initScripts: { [name]: '' } }, problem(`the script '${name}' does not come before zzzz-first-start-ended.sh, by which the first start ends`, "give it a name that does, such as '90-last.sql'", DB)))),
  postgres('a script with a path for a name', { initScripts: { '../x.sql': '' } }, problem("'../x.sql' cannot be a config file's name", 'use a plain file name of letters, digits, dots, dashes and underscores; the mount says the folder', `${DB}/init`)),
];

const redis = (name: string, props: Partial<RedisProps>, ...problems: Expected[]): BadInput => ({ name, build: stack => { new Redis(stack, 'cache', { eviction: 'noeviction', ...props }); }, problems });
const OVER = 'raise resources.memory, or lower maxMemory';

export const caches: readonly BadInput[] = [
  redis('a data set over three quarters of the limit', { maxMemory: '200Mi' }, problem('maxMemory (200 MiB) is more than three quarters of the memory limit (256 MiB): copies of pages while it writes to the disk need the rest', OVER, 'shop/dev/cache')),
  // @ts-expect-error -- no word of Redis'
  redis('an eviction with a line of its own', { eviction: 'x\nrename-command FLUSHALL ""' },
    problem('"x\\nrename-command FLUSHALL \\"\\"" is nothing that Redis does when its memory is full', 'use one of: noeviction, allkeys-lru, allkeys-lfu, allkeys-random, volatile-lru, volatile-lfu, volatile-random, volatile-ttl', 'shop/dev/cache')),
  // @ts-expect-error -- no unit
  redis('a data set without a unit', { maxMemory: '200' }, problem("maxMemory: '200' is not a size", 'write a positive number with its unit, such as 512Mi, 2Gi or 40GB', 'shop/dev/cache')),
];

const backup = (name: string, props: Partial<BackupCronJobProps>, ...problems: Expected[]): BadInput => ({
  name,
  build: stack => { new BackupCronJob(stack, 'backup', { of: new Postgres(stack, 'db', { storage: '1Gi' }), schedule: Cron.daily('02:00'), storage: '1Gi', ...props }); },
  problems,
});

export const backups: readonly BadInput[] = [
  backup('a name with a path', { name: '../backup' }, problem("'../backup' cannot begin the names of files", 'use letters, digits, dashes and underscores', 'shop/dev/backup')),
  backup('a name that the scripts would refuse', { name: 'b'.repeat(41) }, problem(`'${'b'.repeat(41)}' is too long to begin the names of files (41 characters)`, 'use at most 40 characters', 'shop/dev/backup')),
  backup('backups kept for a day and a half', { keep: '36h' }, problem('backups are kept for 1.5 days', "give whole days: keep: '30d'", 'shop/dev/backup')),
  backup('backups kept for three centuries', { keep: '100000d' }, problem('backups are kept for 100000 days', 'give at most 99999 days', 'shop/dev/backup')),
  backup('backups of half a minute', { deadline: '30s' }, problem('a backup that takes longer than 30s is ended, so that there might never be one', "give it 60s at least: deadline: '1h'", 'shop/dev/backup')),
  // @ts-expect-error -- no unit
  backup('backups kept for 30 of nothing', { keep: '30' }, problem("keep: '30' is not a duration", 'write a positive number with its unit, such as 500ms, 30s, 5m, 12h or 30d', 'shop/dev/backup')),
  // @ts-expect-error -- no unit
  backup('a deadline that is none', { deadline: 'tomorrow' }, problem("deadline: 'tomorrow' is not a duration", 'write a positive number with its unit, such as 500ms, 30s, 5m, 12h or 30d', 'shop/dev/backup')),
];

const proxy = (name: string, props: Partial<NginxProxyProps>, ...problems: Expected[]): BadInput => ({
  name, build: stack => { new NginxProxy(stack, 'proxy', { host: 'shop.example', routes: { '/': service(stack, 'web').endpoint('http') }, ...props }); }, problems,
});
const PROXY = 'shop/dev/proxy';
const PUBLIC = "name a public host, or take another certificate: tls: 'self-signed' or 'given'";

export const proxies: readonly BadInput[] = [
  ...['192.0.2.1', 'shop', 'localhost', 'shop.localhost', 'shop.local', 'shop.internal'].map(host => (
    proxy(`a certificate of an authority for ${host}`, { host, tls: { acme: { email: 'ops@shop.example' } } }, problem(`host: no public authority gives a certificate for '${host}', which means another machine to everybody`, PUBLIC, PROXY)))),
  proxy('HSTS where TLS ends elsewhere', { tls: 'off', headers: { hsts: { maxAge: '30d' } } }, problem('headers.hsts: TLS does not end here, and browsers heed it only over HTTPS', 'leave hsts out, and ask for it where TLS ends', PROXY)),
  proxy('(not wrong) no HSTS where TLS ends elsewhere', { tls: 'off', headers: { hsts: false } }),
  proxy('a proxy of nothing', { routes: {} }, problem('routes: there is neither a route nor a file: nothing would be found', "name what answers: routes: { '/': web }, or static", PROXY)),
  // @ts-expect-error -- no word of ours
  proxy('a certificate in another spelling', { tls: 'selfsigned' }, problem("tls: 'selfsigned' does not say where the certificate comes from", 'use one of: self-signed, given, off, { acme: { email: … } }', PROXY)),
];
