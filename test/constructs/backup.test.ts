import { describe, expect, test } from '@jest/globals';
import { BackupCronJob, Postgres, ScheduledJob, type BackupCronJobProps } from '../../constructs';
import { Compose, Cron, Image, Kubernetes, Secret, synthesize } from '../../lib';
import { composeOf, IMAGE, problemsOf, shop, textOf } from '../support/stacks';

const backup = (props: Partial<BackupCronJobProps> = {}) => composeOf(stack => {
  new BackupCronJob(stack, 'backup', { of: new Postgres(stack, 'db', { storage: '1Gi', database: 'shop', user: 'clerk' }), schedule: Cron.daily('02:00'), storage: '10Gi', ...props });
});

describe('a backup', () => {
  test('runs at its hour, on the database\'s own image, with the password in a file', () => {
    const { services, file } = backup({ keep: '14d', deadline: '2h' });
    expect(services['backup']).toMatchObject({
      environment: { PGHOST: 'db', PGPORT: '5432', PGUSER: 'clerk', PGDATABASE: 'shop', PGPASSWORD_FILE: '/run/secrets/postgres/password', BACKUP_DIR: '/backups', BACKUP_NAME: 'shop_backup', BACKUP_RETENTION_DAYS: '14' },
      user: '70:70', secrets: [{ source: 'db-credentials.password', target: '/run/secrets/postgres/password' }], depends_on: { db: { condition: 'service_healthy' } },
    });
    expect(file('config/backup-schedule/crontab')).toBe('CRON_TZ=UTC\n0 2 * * * timeout 7200 /etc/compose8s/job\n');
    expect(file('config/backup-schedule/job')).toBe('#!/bin/sh\nexec /opt/backup/backup.sh backup\n');
    expect(file('images/postgres-17-alpine-70/Dockerfile')).toContain('\nFROM postgres:17-alpine\n');
  });

  test('can be restored, drilled and looked at by hand', () => {
    const { services, file } = backup();
    expect([services['backup-restore']!.command, services['backup-restore']!.profiles, services['backup-drill']!.command, services['backup-drill']!.profiles]).toEqual([['restore', 'latest'], ['tasks'], ['drill'], ['tasks']]);
    expect(file('config/backup-schedule/run')).toContain('\nexec /opt/backup/backup.sh "$@"\n');
  });

  test('is drilled by the clock where that is asked for', () => {
    expect(backup({ drill: Cron.weekly('SUN', '04:00') }).file('config/backup-drill-schedule/crontab')).toBe('CRON_TZ=UTC\n0 4 * * SUN timeout 3600 /etc/compose8s/job\n');
  });

  test('keeps its files where all of its workloads see them, and talks to the database only', () => {
    const { services, networks } = backup();
    const own = ['backup', 'backup-restore', 'backup-drill'];
    expect(own.map(name => services[name]!.volumes)).toEqual(Array(3).fill([{ type: 'volume', source: 'backup-files', target: '/backups' }]));
    expect(own.map(name => services[name]!.networks)).toEqual(own.map(name => [`${name}--db`]));
    expect(Object.values(networks).every(({ internal }) => internal)).toBe(true);
  });

  test('brings all of its scripts, as programs', () => {
    const { files } = backup();
    const scripts = [...files].filter(([path]) => path.startsWith('config/backup-scripts/'));
    expect(scripts.map(([path]) => path.split('/').at(-1))).toEqual(expect.arrayContaining(['backup.sh', 'dump.sh', 'restore.sh', 'verify.sh', 'prune.sh', 'drill.sh']));
    expect(scripts.every(([, { executable }]) => executable)).toBe(true);
  });

  test('goes elsewhere by a program that may reach the internet; restoring may not', () => {
    const { services } = composeOf(stack => {
      const key = new Secret(stack, 's3', { keys: { key: Secret.given('the console') } }).key('key');
      const image = Image.registry('example/backup:1.0', { user: { uid: 70, gid: 70 }, tools: ['shell'], folders: ['/backups'] });
      new BackupCronJob(stack, 'backup', { of: new Postgres(stack, 'db', { storage: '1Gi' }), schedule: Cron.daily('02:00'), storage: '1Gi', offsite: { image, program: '/opt/copy', env: { S3_KEY: key } } });
    });
    expect(services['backup']).toMatchObject({ environment: { BACKUP_OFFSITE: '/opt/copy', S3_KEY: expect.stringContaining('${S3_KEY:?') }, networks: ['backup--db', 'backup-internet'] });
    expect(services['backup-restore']!.networks).toEqual(['backup-restore--db']);
  });

  test('is restored while nothing else writes by a schedule, and takes back what was copied elsewhere, on both targets', () => {
    const { emissions } = synthesize(shop(stack => {
      const db = new Postgres(stack, 'db', { storage: '1Gi' });
      new ScheduledJob(stack, 'cleanup', { image: IMAGE, command: ['cleanup'], schedule: Cron.hourly(), deadline: '10m', env: { DATABASE_URL: db.url } });
      new BackupCronJob(stack, 'backup', { of: db, schedule: Cron.daily('02:00'), storage: '1Gi', drill: Cron.weekly('SUN', '04:00') });
    }, { targets: [new Compose(), new Kubernetes()] }));
    const [compose, kubernetes] = emissions.map(({ files }) => textOf(files, 'OPERATIONS.md'));
    expect(compose).toContain('\ndocker compose stop cleanup\n');
    expect(compose).toContain('\ndocker compose run --rm -T backup import NAME < NAME\n');
    expect(kubernetes!.match(/kubectl patch cronjob \S+ --patch '.*'/g)).toEqual([`kubectl patch cronjob cleanup --patch '{"spec":{"suspend":true}}'`, `kubectl patch cronjob cleanup --patch '{"spec":{"suspend":false}}'`]);
    expect(kubernetes).toContain('\nkubectl attach --stdin job/import-1 < NAME\n');
  });

  test('takes whatever says as much of itself as Postgres does', () => {
    const { services } = composeOf(stack => {
      const { engine, endpoint, image, database, user, password } = new Postgres(stack, 'db', { storage: '1Gi' });
      new BackupCronJob(stack, 'backup', { of: { engine, endpoint, image, database, user, password }, schedule: Cron.daily('02:00'), storage: '1Gi' });
    });
    expect(Object.keys(services)).toEqual(['db', 'backup', 'backup-restore', 'backup-drill']);
  });

  test.each([['mysql', 'orders is a database of mysql'], [undefined, 'orders is of an engine that it does not name']])('takes nothing that looks like a Postgres and says %p', (engine, what) => {
    expect(problemsOf(shop(stack => {
      const { endpoint, image, user, password } = new Postgres(stack, 'db', { storage: '1Gi' });
      // @ts-expect-error -- another engine
      new BackupCronJob(stack, 'backup', { of: { engine, endpoint, image, database: 'orders', user, password }, schedule: Cron.daily('02:00'), storage: '1Gi' });
    }))).toBe(`✖ ${what}: pg_dump, which makes the backups, reads Postgres alone
  at shop/dev/backup
  fix: give it a Postgres; a construct of your own that runs one says so: readonly engine = 'postgres'
`);
  });

  const nameOf = (database: string) => (composeOf(stack => {
    new BackupCronJob(stack, 'backup', { of: new Postgres(stack, 'db', { storage: '1Gi', database }), schedule: Cron.daily('02:00'), storage: '1Gi' });
  }).services['backup']!.environment as Record<string, string>)['BACKUP_NAME'];

  test('is called after its database, however long the name of that, and no two alike', () => {
    const long = 'the_orders_of_all_our_shops_in_the_whole_wide_world_until_2025';
    expect([nameOf('o'.repeat(33)), nameOf(long), nameOf(`${long}x`)]).toEqual([
      `${'o'.repeat(33)}_backup`, expect.stringMatching(/^the_orders_of_all_our_sh_[0-9a-f]{8}_backup$/), expect.stringMatching(/^the_orders_of_all_our_sh_[0-9a-f]{8}_backup$/),
    ]);
    expect(nameOf(long)).toBe(nameOf(long));
    expect(nameOf(long)).not.toBe(nameOf(`${long}x`));
  });
});
