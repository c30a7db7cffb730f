import { describe, expect, test } from '@jest/globals';
import { Construct } from 'constructs';
import { HealthProbes, Postgres } from '../../constructs';
import { Cron, Duration, Volume, Workload, type Stack, type WorkloadProps } from '../../lib';
import { composeOf, IMAGE, service } from '../support/stacks';
import { clusterOf, onOneNode } from './kubernetes/cluster';

const probes = HealthProbes.command(['ok']);

type Mounter = (stack: Stack, volume: Volume) => void;

const database = (mounter?: Mounter) => (stack: Stack) => {
  const { workload } = new Postgres(stack, 'db', { storage: '10Gi' });
  const [volume] = workload.spec.mounts.flatMap(mount => ('volume' in mount ? [mount.volume] : []));
  mounter?.(stack, volume!);
};
const passing = (props: Partial<WorkloadProps> & Pick<WorkloadProps, 'runs'>): Mounter => (stack, volume) => void new Workload(stack, 'look', { image: IMAGE, command: ['look'], mounts: [{ volume, path: '/data', readOnly: true }], ...props });
const DATABASE_USER = { uid: 70, gid: 70 };
const nightly = { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) } as const;

describe("a product's own volume stays its own, whoever else mounts it", () => {
  const before = clusterOf(database());

  test.each<{ who: string; mounter: Mounter }>([
    { who: 'work at given times', mounter: passing({ runs: nightly }) },
    { who: 'work on demand', mounter: passing({ runs: { kind: 'task' } }) },
    { who: 'work once per release', mounter: passing({ runs: { kind: 'release', check: undefined } }) },
    { who: 'work on demand that writes to it', mounter: (stack, volume) => void new Workload(stack, 'look', { image: IMAGE, command: ['look'], runs: { kind: 'task' }, user: DATABASE_USER, mounts: [{ volume, path: '/data' }] }) },
  ])('$who changes nothing for the database on either target', ({ mounter }) => {
    const after = clusterOf(database(mounter));
    expect(JSON.stringify(after.get('StatefulSet', 'db'))).toBe(JSON.stringify(before.get('StatefulSet', 'db')));
    expect(after.get('StatefulSet', 'db').spec.volumeClaimTemplates).toMatchObject([{ metadata: { name: 'db-data' }, spec: { accessModes: ['ReadWriteOnce'] } }]);
    expect(after.all.filter(name => name.startsWith('PersistentVolumeClaim/'))).toEqual([]);
    expect(after.pod('look').volumes).toContainEqual({ name: 'db-data', persistentVolumeClaim: expect.objectContaining({ claimName: 'db-data-db-0' }) });
    // Of either: where the database is stopped, it may still run.
    expect(after.pod('look').affinity).toEqual(onOneNode('db', 'look'));
    // The group of the database's files would change with it.
    expect(after.pod('look').securityContext).not.toHaveProperty('fsGroup');
    expect(after.notes).toContain('db/data mounts: approximated');
    expect(composeOf(database(mounter)).services['db']).toEqual(composeOf(database()).services['db']);
  });

  test('another service beside it needs storage for several nodes, and the StatefulSet and its claim keep their names', () => {
    const beside: Mounter = (stack, volume) => void service(stack, 'files', { user: DATABASE_USER, mounts: [{ volume, path: '/data' }] });
    const after = clusterOf(database(beside));
    expect(after.all).not.toContain('Deployment/db');
    expect(after.get('StatefulSet', 'db').spec.volumeClaimTemplates).toMatchObject([{ metadata: { name: 'db-data' }, spec: { accessModes: ['ReadWriteMany'] } }]);
    expect(after.pod('files').volumes).toContainEqual({ name: 'db-data', persistentVolumeClaim: { claimName: 'db-data-db-0' } });
    expect(after.notes).toContain('db/data storageClass: approximated');
    expect(after.all).not.toContain('PersistentVolumeClaim/db-data');
    expect(composeOf(database(beside)).services['db']).toEqual(composeOf(database()).services['db']);
  });

  test('what runs in the pod itself first mounts the claim of the pod', () => {
    const cluster = clusterOf(stack => {
      const product = new Construct(stack, 'store');
      const volume = new Volume(product, 'data', { size: '1Gi' });
      const prepare = new Workload(product, 'prepare', { image: IMAGE, command: ['prepare'], runs: { kind: 'release', check: undefined }, mounts: [{ volume, path: '/data' }] });
      new Workload(product, 'Default', { image: IMAGE, probes, after: [prepare], mounts: [{ volume, path: '/data' }] });
    });
    expect(cluster.pod('store').initContainers![0]!.volumeMounts).toContainEqual({ name: 'store-data', mountPath: '/data' });
    expect(JSON.stringify(cluster.pod('store'))).not.toMatch(/persistentVolumeClaim|podAffinity/);
  });
});

describe('a volume belongs to nobody', () => {
  const both = (make: (stack: Stack) => Construct, readOnly: boolean) => clusterOf(stack => {
    const scope = make(stack);
    const volume = new Volume(scope, 'data', { size: '1Gi' });
    for (const id of ['one', 'two']) new Workload(scope, id, { image: IMAGE, probes, mounts: [{ volume, path: '/data', readOnly }] });
  });

  test.each([
    { where: "of the stack's own, that two services mount", make: (stack: Stack) => stack, readOnly: false, claim: 'data' },
    { where: 'of a product, that two of its services write to', make: (stack: Stack) => new Construct(stack, 'store'), readOnly: false, claim: 'store-data' },
    { where: 'of a product, that two of its services only read', make: (stack: Stack) => new Construct(stack, 'store'), readOnly: true, claim: 'store-data' },
  ])('$where', ({ make, readOnly, claim }) => {
    const { all } = both(make, readOnly);
    expect(all).toContain(`PersistentVolumeClaim/${claim}`);
    expect(all.filter(name => name.startsWith('StatefulSet/'))).toEqual([]);
  });
});
