import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupCronJob, Postgres } from '../../../constructs';
import { Cron } from '../../../lib';
import { clusterOf } from './cluster';

const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8').split('### A cluster')[1]!.split('\n## ')[0]!;

describe('the commands of the README for backups on a cluster', () => {
  const cluster = clusterOf(stack => {
    const db = new Postgres(stack, 'postgres', { storage: '1Gi' });
    new BackupCronJob(stack, 'backup', { of: db, schedule: Cron.daily('02:00'), storage: '1Gi' });
  });
  /** What `kubectl create job --from` copies. */
  const jobOf = (name: string) => ({ spec: cluster.get('CronJob', name).spec.jobTemplate.spec });

  test.each([...new Set([...readme.matchAll(/--from=cronjob\/([\w-]+)/g)].map(match => match[1]!))])('create jobs from %s, which is there', name => {
    expect(cluster.all).toContain(`CronJob/${name}`);
  });

  test('replace the arguments of the restore by others of the same program', () => {
    const [, path, args] = /jq '(\.\S+) = (\[.*\])'/.exec(readme)!;
    const found = path!.split(/[.[\]]+/).filter(Boolean).reduce((value: unknown, key) => (value as Record<string, unknown>)[key], jobOf('backup-restore'));
    expect(found).toEqual(['restore', 'latest']);
    expect(JSON.parse(args!)).toEqual([...found as string[], '--force']);
    expect(cluster.container('backup-restore').command).toEqual(['/opt/backup/backup.sh']);
  });

  test('name commands that the program has', () => {
    const script = readFileSync(join(__dirname, '../../../constructs/backup/scripts/backup.sh'), 'utf8');
    const known = /^ {2}(backup \|.*)\) "command_/m.exec(script)![1]!.split(' | ');
    const named = [...readme.matchAll(/\["(\w+)"/g)].map(match => match[1]!);
    expect(named.length).toBeGreaterThan(3);
    for (const command of named) expect(known).toContain(command);
  });
});
