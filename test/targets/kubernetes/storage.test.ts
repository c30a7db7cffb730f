import { describe, expect, test } from '@jest/globals';
import { Config, Cron, Duration, Secret, Volume, Workload, type Stack } from '../../../lib';
import { IMAGE, service, textOf } from '../../support/stacks';
import { clusterOf, onOneNode } from './cluster';

const nightly = { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) } as const;

describe('a volume on Kubernetes', () => {
  test('that one service owns makes it a StatefulSet with a claim of its own', () => {
    const cluster = clusterOf(stack => {
      const volume = new Volume(stack, 'data', { size: '10Gi', storageClass: 'fast' });
      service(stack, 'db', { mounts: [{ volume, path: '/data' }], user: { uid: 70, gid: 71 } });
    });
    const { spec } = cluster.get('StatefulSet', 'db');
    expect(spec).toMatchObject({
      replicas: 1, serviceName: 'db-pods',
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } } }],
    });
    expect(cluster.get('Service', 'db-pods').spec).toMatchObject({ clusterIP: 'None', selector: { 'app.kubernetes.io/name': 'db' } });
    expect(cluster.get('Service', 'db').spec.type).toBe('ClusterIP');
    expect(cluster.container('db').volumeMounts).toContainEqual({ name: 'data', mountPath: '/data' });
    expect(cluster.pod('db').securityContext).toMatchObject({ fsGroup: 71, fsGroupChangePolicy: 'OnRootMismatch' });
    expect(cluster.all).not.toContain('PersistentVolumeClaim/data');
  });

  const several: readonly NonNullable<Parameters<typeof Workload.service>[0]>['replicas'][] = [2, { min: 1, max: 3, cpu: 70 }];
  test.each(several)('that a service of several pods mounts must be shared by the storage class, which is reported', replicas => {
    const cluster = clusterOf(stack => {
      const volume = new Volume(stack, 'media', { size: '5Gi' });
      service(stack, 'web', { runs: Workload.service({ replicas }), mounts: [{ volume, path: '/media' }] });
      service(stack, 'proxy', { mounts: [{ volume, path: '/media', readOnly: true }] });
    });
    expect(cluster.get('PersistentVolumeClaim', 'media').spec.accessModes).toEqual(['ReadWriteMany']);
    expect(cluster.notes).toContain('media storageClass: approximated');
    expect(cluster.notes).not.toContain('media mounts: approximated');
    expect(cluster.get('Deployment', 'web').spec.strategy?.type).toBe('RollingUpdate');
    for (const name of ['web', 'proxy']) expect(JSON.stringify(cluster.pod(name))).not.toContain('podAffinity"');
    expect(cluster.pod('proxy').volumes).toContainEqual({ name: 'media', persistentVolumeClaim: { claimName: 'media', readOnly: true } });
    expect(cluster.pod('proxy').securityContext).not.toHaveProperty('fsGroup');
  });

  test('that two services mount must be shared by the storage class, so that one of them can have a replica more', () => {
    const cluster = clusterOf(stack => {
      const volume = new Volume(stack, 'media', { size: '5Gi' });
      service(stack, 'web', { mounts: [{ volume, path: '/media' }] });
      service(stack, 'proxy', { mounts: [{ volume, path: '/media', readOnly: true }] });
    });
    expect(cluster.get('PersistentVolumeClaim', 'media').spec.accessModes).toEqual(['ReadWriteMany']);
    for (const name of ['web', 'proxy']) expect([cluster.pod(name).affinity, cluster.get('Deployment', name).spec.strategy?.type]).toEqual([undefined, 'RollingUpdate']);
  });

  test('that only passing work mounts is for one node, on which all of that work runs', () => {
    const cluster = clusterOf(stack => {
      const volume = new Volume(stack, 'backups', { size: '5Gi' });
      new Workload(stack, 'backup', { image: IMAGE, runs: nightly, command: ['backup'], mounts: [{ volume, path: '/data' }] });
      new Workload(stack, 'restore', { image: IMAGE, runs: { kind: 'task' }, command: ['restore'], mounts: [{ volume, path: '/data', readOnly: true }] });
    });
    expect(cluster.get('PersistentVolumeClaim', 'backups').spec.accessModes).toEqual(['ReadWriteOnce']);
    for (const name of ['backup', 'restore']) expect(cluster.pod(name).affinity).toEqual(onOneNode('backup', 'restore'));
    expect(cluster.notes.filter(note => note.startsWith('backups'))).toEqual([]);
  });

  test('that a service and passing work mount is for one node, whoever of them comes last', () => {
    const claim = (watched: boolean) => clusterOf(stack => {
      const volume = new Volume(stack, 'backups', { size: '5Gi' });
      for (const id of ['backup', 'restore']) new Workload(stack, id, { image: IMAGE, runs: nightly, command: [id], mounts: [{ volume, path: '/data' }] });
      if (watched) service(stack, 'exporter', { mounts: [{ volume, path: '/data', readOnly: true }] });
    });
    expect(claim(true).get('PersistentVolumeClaim', 'backups')).toEqual(claim(false).get('PersistentVolumeClaim', 'backups'));
    for (const name of ['backup', 'restore', 'exporter']) expect(claim(true).pod(name).affinity).toEqual(onOneNode('backup', 'exporter', 'restore'));
    // A new pod would have to fit beside the old one, on that very node.
    expect(claim(true).get('Deployment', 'exporter').spec.strategy).toEqual({ type: 'Recreate' });
    expect(textOf(claim(true).files, 'OPERATIONS.md')).toContain('- One node must have room for `backup`, `exporter` and `restore` together:');
    expect(textOf(clusterOf(stack => void service(stack, 'web')).files, 'OPERATIONS.md')).not.toContain('One node must have room');
  });

  test('that a service of one pod mounts is beside its work, however the number is written', () => {
    const cluster = clusterOf(stack => {
      const volume = new Volume(stack, 'files', { size: '5Gi' });
      service(stack, 'web', { runs: Workload.service({ replicas: { min: 1, max: 1, cpu: 70 } }), mounts: [{ volume, path: '/data' }] });
      new Workload(stack, 'clean', { image: IMAGE, runs: nightly, command: ['clean'], mounts: [{ volume, path: '/data' }] });
    });
    for (const name of ['web', 'clean']) expect(cluster.pod(name).affinity).toEqual(onOneNode('clean', 'web'));
  });

  test('whose mounters share other claims brings all of these pods to one node, by one term: each of several would have to match the same pod', () => {
    const cluster = clusterOf(stack => {
      const [reports, cache, archives] = ['reports', 'cache', 'archives'].map(id => new Volume(stack, id, { size: '1Gi' }));
      const work = (id: string, ...volumes: (Volume | undefined)[]) => new Workload(stack, id, { image: IMAGE, runs: nightly, command: [id], mounts: volumes.map(volume => ({ volume: volume!, path: `/${volume!.node.id}` })) });
      work('lint', reports);
      work('scan', reports, cache, archives);
      work('receive', archives);
    });
    for (const name of ['lint', 'scan', 'receive']) expect(cluster.pod(name).affinity).toEqual(onOneNode('lint', 'receive', 'scan'));
  });

  test('that an init container writes first keeps a second pod from coming before the first has gone', () => {
    const cluster = clusterOf(stack => {
      const volume = new Volume(stack, 'data', { size: '5Gi' });
      const prepare = new Workload(stack, 'prepare', { image: IMAGE, command: ['prepare'], runs: { kind: 'release', check: undefined }, mounts: [{ volume, path: '/data' }] });
      service(stack, 'web', { after: [prepare], mounts: [{ volume, path: '/data' }] });
    });
    expect(cluster.get('PersistentVolumeClaim', 'data').spec.accessModes).toEqual(['ReadWriteOnce']);
    expect(cluster.get('Deployment', 'web').spec.strategy).toEqual({ type: 'Recreate' });
  });
});

describe('files on Kubernetes', () => {
  const build = (content: string, revision?: string) => (stack: Stack) => {
    const config = new Config(stack, 'settings', { files: { 'a.conf': content, 'b.conf': '$(HOME)' } });
    const scripts = new Config(stack, 'scripts', { files: { run: '#!/bin/sh\n' }, executable: true });
    const secret = new Secret(stack, 'keys', { keys: ['one', 'two'], revision });
    service(stack, 'web', { mounts: [{ config, path: '/etc/app' }, { config: scripts, path: '/opt' }, { secret, path: '/run/secrets', keys: ['two'] }] });
    service(stack, 'other');
  };
  const cluster = clusterOf(build('one'));

  test('of a config are a ConfigMap, mounted one by one among those of the image', () => {
    expect(cluster.get('ConfigMap', 'settings').data).toEqual({ 'a.conf': 'one', 'b.conf': '$(HOME)' });
    expect(cluster.container('web').volumeMounts).toEqual(expect.arrayContaining([
      { name: 'config-settings', mountPath: '/etc/app/a.conf', subPath: 'a.conf', readOnly: true },
      { name: 'config-settings', mountPath: '/etc/app/b.conf', subPath: 'b.conf', readOnly: true },
    ]));
    expect(cluster.pod('web').volumes).toEqual(expect.arrayContaining([
      { name: 'config-settings', configMap: { name: 'settings', defaultMode: 0o444 } },
      { name: 'config-scripts', configMap: { name: 'scripts', defaultMode: 0o555 } },
    ]));
  });

  test('of a secret are mounted from a Secret that must be there, readable by the container alone', () => {
    expect(cluster.all.some(name => name.startsWith('Secret/'))).toBe(false);
    expect(cluster.pod('web').volumes).toContainEqual({ name: 'secret-keys', secret: { secretName: 'keys', defaultMode: 0o440, items: [{ key: 'two', path: 'two' }] } });
    expect(cluster.pod('web').securityContext).toMatchObject({ fsGroup: 10001 });
    expect(cluster.container('web').volumeMounts).toContainEqual({ name: 'secret-keys', mountPath: '/run/secrets', readOnly: true });
  });

  test('make those that mount them start anew when they change, and nobody else', () => {
    const annotations = (name: string, ...args: Parameters<typeof build>) => clusterOf(build(...args)).get('Deployment', name).spec.template.metadata?.annotations;
    expect(annotations('web', 'one')).toEqual(annotations('web', 'one'));
    expect(annotations('web', 'two')).not.toEqual(annotations('web', 'one'));
    expect(annotations('web', 'one', '2')).not.toEqual(annotations('web', 'one'));
    expect(annotations('other', 'two', '2')).toBeUndefined();
  });

  test('of a secret in the environment make it start anew too', () => {
    const annotations = (revision: string) => clusterOf(stack => {
      const secret = new Secret(stack, 'keys', { keys: ['one'], revision });
      service(stack, 'web', { env: { KEY: secret.key('one') } });
    }).get('Deployment', 'web').spec.template.metadata?.annotations;
    expect(annotations('1')).not.toEqual(annotations('2'));
  });

  test('of a developer stay on the machine, as the report says once', () => {
    const { notes, pod } = clusterOf(stack => service(stack, 'web', { mounts: [{ source: 'apps/shop', path: '/app' }] }));
    expect(notes.filter(note => note === 'web mounts.source: left-out')).toHaveLength(1);
    expect(JSON.stringify(pod('web'))).not.toContain('apps/shop');
  });
});

describe('folders in memory on Kubernetes', () => {
  test('have their size, as does the memory that processes share', () => {
    const cluster = clusterOf(stack => service(stack, 'web', { scratch: [{ path: '/tmp', size: '16Mi' }, { path: '/var/cache', size: '1Gi' }], sharedMemory: '128Mi', resources: { cpu: 1, memory: '2Gi' } }));
    expect(cluster.pod('web').volumes).toEqual([
      { name: 'web-tmp', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
      { name: 'web-var-cache', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
      { name: 'web-dev-shm', emptyDir: { medium: 'Memory', sizeLimit: '128Mi' } },
    ]);
    expect(cluster.container('web').volumeMounts).toContainEqual({ name: 'web-dev-shm', mountPath: '/dev/shm' });
  });

  test('have names that fit and differ, whatever the paths', () => {
    const id = 'a-service-with-a-name-that-is-nearly-as-long-as-names-may-be';
    const { volumes = [] } = clusterOf(stack => service(stack, id, { scratch: [{ path: '/var/run/x', size: '1Mi' }, { path: '/var/run-x', size: '1Mi' }, { path: '/var/run_x', size: '2Mi' }] })).pod(id);
    const names = volumes.map(({ name }) => String(name));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  });
});
