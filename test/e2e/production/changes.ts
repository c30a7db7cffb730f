import { expect, test } from '@jest/globals';
import type { IConstruct } from 'constructs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Config, Cron, Text, Workload } from '../../../lib';
import { emitAgain } from '../support/emission';
import { until } from '../support/until';
import { giveCertificate, type Site } from './site';

export function describeChanges(site: () => Site): void {
  /** The services whose containers another `up` replaces. */
  const replacedBy = async (change: () => Promise<unknown>) => {
    await change();
    const before = await site().stack.ids();
    await site().stack.compose('up', '--build', '--wait');
    const after = await site().stack.ids();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    return Object.keys(after).filter(service => after[service] !== before[service]).sort();
  };
  const backups = async () => (await site().stack.exec('backup', 'ls', '/backups')).split('\n').filter(name => name.endsWith('.sql.gz'));

  test('`up` again replaces nothing', async () => expect(await replacedBy(async () => {})).toEqual([]));

  test('a changed schedule replaces the service with the schedule, and nothing else', async () => {
    expect(await replacedBy(() => emitAgain(site().stack.folder, 'cedrus/prod', everyMinute))).toEqual(['backup']);
  });

  test('a changed setting of Redis replaces Redis, and nothing else', async () => {
    expect(await replacedBy(() => emitAgain(site().stack.folder, 'cedrus/prod', construct => { everyMinute(construct); forgetRarelyUsed(construct); }))).toEqual(['redis']);
    expect(await site().stack.exec('redis', 'sh', '-c', 'REDISCLI_AUTH=$(cat /run/secrets/redis/password) exec redis-cli config get maxmemory-policy')).toContain('allkeys-lfu');
    await site().ready();
  });

  test.each([
    ['Redis', 'redis-credentials', ['migrate', 'redis', 'web']],
    ['Postgres', 'postgres-credentials', ['backup', 'migrate', 'postgres', 'web']],
  ])('a new password of %s replaces the services that use it, and they understand each other', async (_product, secret, users) => {
    const { stack } = site();
    expect(await replacedBy(async () => {
      await rm(join(stack.secrets, secret, 'password'));
      await stack.initSecrets();
    })).toEqual(users);
    await site().ready();
    expect(await site().visitor.request('/')).toMatchObject({ status: 200 });
  });

  test('a new certificate replaces nginx, and nothing else', async () => {
    const { stack } = site();
    expect(await replacedBy(async () => {
      await rm(join(stack.secrets, 'nginx-certificate'), { recursive: true });
      await giveCertificate(stack);
      await stack.initSecrets();
    })).toEqual(['nginx']);
  });

  test('the schedule is kept: a backup comes by itself', async () => {
    const before = await backups();
    await until('a scheduled backup is there', async () => (await backups()).length > before.length, { seconds: 120 });
    expect(await site().stack.compose('logs', '--no-log-prefix', 'backup')).toMatch(/cedrus_backup_\d{8}_\d{6}\.sql\.gz: verified/);
  });
}

function everyMinute(construct: IConstruct): void {
  if (construct instanceof Workload && construct.spec.runs.kind === 'schedule') construct.spec.runs = { ...construct.spec.runs, cron: Cron.of('* * * * *') };
}

function forgetRarelyUsed(construct: IConstruct): void {
  const name = 'redis.conf';
  if (construct instanceof Config && name in construct.spec.files) construct.spec.files[name] = Text.of(construct.spec.files[name]!.literal!.replace('allkeys-lru', 'allkeys-lfu'));
}
