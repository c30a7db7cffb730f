import { describe, expect, test } from '@jest/globals';
import { ApiObject } from 'cdk8s';
import { BackupCronJob, type Postgres } from '../../constructs';
import { Compose, Config, Cron, Duration, Image, Kubernetes, Workload, type Stack, type Target } from '../../lib';
import { snapshotSerializer } from '../../lib/testing';
import '../../lib/testing/jest';
import { IMAGE, service } from '../support/stacks';
import { small, template, TARGETS } from './shop';

const print = (target: Target, build?: (stack: Stack) => void) => snapshotSerializer.serialize(template(target, build));

/** Everything in whose text a hash of contents stands. */
const changing = (content: string, command: string) => (stack: Stack): void => {
  const config = new Config(stack, 'extra', { files: { 'a.txt': content } });
  new Workload(stack, 'report', { image: IMAGE, command: [command], runs: { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) }, mounts: [{ config, path: '/etc/extra' }] });
};

describe.each(TARGETS)('a snapshot on $name', target => {
  test('prints every resource as YAML, and the files beside', () => {
    expect(template(target)).toMatchSnapshot();
  });

  test('does not change with the content of files that are not shown', () => {
    const long = (word: string) => `${word}\n`.repeat(21);
    expect(print(target, changing(long('one'), 'run'))).toBe(print(target, changing(long('two'), 'run')));
    expect(print(target, changing(long('one'), 'run'))).toMatch(target.name === 'kubernetes' ? /a\.txt: <text>/ : /- config\/extra\/a\.txt/);
  });

  test('has no hash in it', () => {
    expect(print(target, changing('short', 'run'))).not.toMatch(/\b(?=[0-9a-f]*\d)[0-9a-f]{10,}\b(?<!\d{10}|134217728)/);
  });


  test('changes with what the program says', () => {
    expect(print(target)).not.toBe(print(target, stack => { service(stack, 'more'); }));
  });
});

test('a snapshot keeps the digest that somebody has pinned', () => {
  const image = Image.registry(`example/app@sha256:${'0a'.repeat(32)}`, { user: { uid: 1, gid: 1 }, tools: ['curl'] });
  for (const target of TARGETS) expect(print(target, stack => { service(stack, 'pinned', { image }); })).toContain(`image: example/app@sha256:${'0a'.repeat(32)}`);
});

test('a snapshot has no hash of an image that is made around another, whoever runs it', () => {
  const scheduled = print(new Compose(), stack => {
    new BackupCronJob(stack, 'backup', { of: stack.node.findChild('db') as Postgres, schedule: Cron.daily('02:00'), storage: '1Gi' });
  });
  expect(scheduled.match(/image: shop-dev-postgres.*/g)).toEqual(Array(3).fill('image: shop-dev-postgres-17-alpine-70:<hash>'));
});

test('a snapshot of a stack has each of its targets', () => {
  expect(snapshotSerializer.serialize(small())).toBe(`${print(new Compose())}\n${print(new Kubernetes())}`);
});

test('a snapshot names a namespace where it is not that of the stack', () => {
  const printed = print(new Kubernetes(), stack => { new ApiObject(stack, 'gauge', { apiVersion: 'example.io/v1', kind: 'Gauge', metadata: { name: 'g', namespace: 'elsewhere' } }); });
  expect(printed).toMatch(/--- # Gauge\/g\napiVersion: example.io\/v1\nmetadata:\s[^#]*namespace: elsewhere/);
  expect(printed).not.toContain('namespace: shop-dev');
});

test('nothing else is printed by it', () => {
  expect([small(), template(new Compose()), {}, null, 'text'].map(snapshotSerializer.test)).toEqual([true, true, false, false, false]);
});
