import { describe, expect, test } from '@jest/globals';
import { ApiObject } from 'cdk8s';
import { App, Compose, Config, Duration, Image, Kubernetes, Probe, Stack, synthesize, Volume, Workload, type WorkloadProps } from '../../lib';
import { diff, type Change } from '../../lib/core/diff';
import { filesOf } from '../../lib/core/diff/resources';

interface Props extends Partial<WorkloadProps> {
  readonly id?: string;
  readonly volume?: string;
  readonly size?: `${number}Gi`;
  readonly at?: string;
  readonly config?: string;
  readonly migration?: string;
  /** A second one on the same volume, so that it is a claim. */
  readonly shared?: boolean;
  readonly storageClass?: string;
  readonly disposable?: boolean;
  readonly patch?: (workload: Workload) => void;
}

function emissions({ id = 'db', volume = 'data', size = '1Gi', at = '/data', config = 'a', migration, shared = false, storageClass, disposable, patch, ...rest }: Props) {
  const app = new App();
  const stack = new Stack(app, 'shop', 'dev', { targets: [new Compose(), new Kubernetes()] });
  const image = Image.registry('postgres:16', { user: { uid: 70, gid: 70 }, tools: ['shell'] });
  const base = { image, probes: { ready: Probe.command(['true']), startup: Duration.seconds(10) } };
  const kept = new Volume(stack, volume, { size, disposable, ...(storageClass ? { storageClass } : {}) });
  const mounts = [{ volume: kept, path: at }, { config: new Config(stack, 'settings', { files: { 'db.conf': config } }), path: '/etc/db' }];
  const workload = new Workload(stack, id, { ...base, ports: { db: 5432 }, mounts, ...rest });
  patch?.(workload);
  if (shared) new Workload(stack, 'other', { ...base, mounts: [{ volume: kept, path: '/data', readOnly: true }] });
  if (migration) new Workload(stack, 'migrate', { image, command: [migration], runs: { kind: 'release', check: ['true'] } });
  const { emissions, problems } = synthesize(app);
  expect(problems).toEqual([]);
  return emissions;
}

/** The pods that it finds are others. */
function selecting(kind: 'Deployment'): (workload: Workload) => void {
  return workload => Kubernetes.of(workload).patch(kind, set => ({ ...set, spec: { ...set.spec, selector: { matchLabels: { ...set.spec.selector.matchLabels, part: 'one' } } } }));
}

/** The volume is as it was; what the container sees is a folder in it. */
function mountedBelow(kind: 'StatefulSet', subPath: string): (workload: Workload) => void {
  return workload => Kubernetes.of(workload).patch(kind, set => {
    const { template } = set.spec;
    const containers = template.spec!.containers.map(container => ({ ...container, volumeMounts: container.volumeMounts?.map(mount => (mount.mountPath === '/data' ? { ...mount, subPath } : mount)) }));
    return { ...set, spec: { ...set.spec, template: { ...template, spec: { ...template.spec, containers } } } };
  });
}

/** Kind and name → impact, on one target. */
function impacts(target: string, before: Props, after: Props): Record<string, string> {
  const changes = changesOn(target, before, after);
  return Object.fromEntries(changes.map(({ kind, name, change, impact }) => [`${change === 'added' ? '+' : change === 'removed' ? '-' : '~'} ${kind}/${name}`, impact]));
}

function changesOn(target: string, before: Props, after: Props): Change[] {
  const of = (props: Props) => emissions(props).find(emission => emission.target.name === target)!;
  return diff(of(after), filesOf(of(before).files));
}

test.each(['compose', 'kubernetes'])('the same is no change on %s', target => expect(changesOn(target, {}, {})).toEqual([]));

describe.each<{ readonly name: string; readonly before?: Props; readonly after: Props; readonly compose: Record<string, string>; readonly kubernetes: Record<string, string> }>([
  {
    name: 'another image replaces containers', after: { image: Image.registry('postgres:17', { user: { uid: 70, gid: 70 }, tools: ['shell'] }) },
    compose: {
      '~ services/db': 'recreate',
      '+ files/images/postgres-17-70/Dockerfile': 'in place', '+ files/images/postgres-17-70/Dockerfile.dockerignore': 'in place',
      '- files/images/postgres-16-70/Dockerfile': 'in place', '- files/images/postgres-16-70/Dockerfile.dockerignore': 'in place',
    },
    kubernetes: { '~ StatefulSet/db': 'restart' },
  },
  {
    name: 'another major version of a database', before: { at: '/var/lib/postgresql/data' }, after: { at: '/var/lib/postgresql/data', image: Image.registry('postgres:17-alpine', { user: { uid: 70, gid: 70 }, tools: ['shell'], folders: ['/var/lib/postgresql/data'] }) },
    compose: {
      '~ services/db': 'data at risk',
      '- files/images/postgres-16-70/Dockerfile': 'in place', '- files/images/postgres-16-70/Dockerfile.dockerignore': 'in place',
    },
    kubernetes: { '~ StatefulSet/db': 'data at risk' },
  },
  {
    name: 'a changed variable', after: { env: { A: '1' } },
    compose: { '~ services/db': 'recreate' }, kubernetes: { '~ StatefulSet/db': 'restart' },
  },
  {
    name: 'a changed config starts what reads it anew', after: { config: 'b' },
    compose: { '~ services/db': 'recreate', '~ files/config/settings/db.conf': 'in place' }, kubernetes: { '~ StatefulSet/db': 'restart', '~ ConfigMap/settings': 'in place' },
  },
  {
    name: 'a renamed volume', after: { volume: 'files' },
    compose: { '~ services/db': 'data at risk', '+ volumes/files': 'in place', '- volumes/data': 'data at risk' }, kubernetes: { '~ StatefulSet/db': 'data at risk' },
  },
  {
    name: 'a volume that is mounted elsewhere', after: { at: '/elsewhere' },
    compose: { '~ services/db': 'data at risk', '~ files/images/postgres-16-70/Dockerfile': 'in place' }, kubernetes: { '~ StatefulSet/db': 'data at risk' },
  },
  {
    name: 'a claim that is mounted elsewhere', before: { shared: true }, after: { shared: true, at: '/elsewhere' },
    compose: { '~ services/db': 'data at risk', '~ files/images/postgres-16-70/Dockerfile': 'in place' }, kubernetes: { '~ Deployment/db': 'data at risk' },
  },
  {
    name: 'another part of a volume', after: { patch: mountedBelow('StatefulSet', 'old') }, compose: {}, kubernetes: { '~ StatefulSet/db': 'data at risk' },
  },
  {
    name: 'another selector', before: { shared: true }, after: { shared: true, patch: selecting('Deployment') }, compose: {}, kubernetes: { '~ Deployment/db': 'data at risk' },
  },
  {
    name: 'another Service of a StatefulSet: the field is immutable', compose: {}, kubernetes: { '~ StatefulSet/db': 'data at risk' },
    after: { patch: workload => Kubernetes.of(workload).patch('StatefulSet', set => ({ ...set, spec: { ...set.spec, serviceName: 'other' } })) },
  },
  {
    name: 'another address of a Service: the field is immutable', compose: {}, kubernetes: { '~ Service/db': 'recreate' },
    after: { patch: workload => Kubernetes.of(workload).patch('Service', service => (service.metadata.name === 'db' ? { ...service, spec: { ...service.spec, clusterIP: '10.96.0.7' } } : service)) },
  },
  {
    name: 'a renamed owner of a volume', after: { id: 'database' },
    compose: { '+ services/database': 'in place', '- services/db': 'recreate', '~ files/.env.dev.example': 'in place', '~ files/.env.example': 'in place' },
    kubernetes: {
      '- StatefulSet/db': 'data at risk', '- Service/db': 'recreate', '- Service/db-pods': 'recreate', '- ServiceAccount/db': 'in place',
      '+ StatefulSet/database': 'in place', '+ Service/database': 'in place', '+ Service/database-pods': 'in place', '+ ServiceAccount/database': 'in place',
    },
  },
  {
    name: 'a claim template that grows: it is immutable', after: { size: '2Gi' },
    compose: {}, kubernetes: { '~ StatefulSet/db': 'data at risk' },
  },
  { name: 'a claim that grows', before: { shared: true }, after: { shared: true, size: '2Gi' }, compose: {}, kubernetes: { '~ PersistentVolumeClaim/data': 'in place' } },
  { name: 'a claim that shrinks', before: { shared: true, size: '2Gi' }, after: { shared: true }, compose: {}, kubernetes: { '~ PersistentVolumeClaim/data': 'data at risk' } },
  { name: 'a claim that shrinks, whose content may be lost', before: { shared: true, size: '2Gi', disposable: true }, after: { shared: true, disposable: true }, compose: {}, kubernetes: { '~ PersistentVolumeClaim/data': 'recreate' } },
  { name: 'a claim template that shrinks, whose content may be lost', before: { size: '2Gi', disposable: true }, after: { disposable: true }, compose: {}, kubernetes: { '~ StatefulSet/db': 'recreate' } },
  { name: 'a volume at another path, whose content may be lost', before: { disposable: true }, after: { at: '/elsewhere', disposable: true }, compose: { '~ services/db': 'recreate', '~ files/images/postgres-16-70/Dockerfile': 'in place' }, kubernetes: { '~ StatefulSet/db': 'recreate' } },
  { name: 'a claim of another class', before: { shared: true }, after: { shared: true, storageClass: 'fast' }, compose: {}, kubernetes: { '~ PersistentVolumeClaim/data': 'data at risk' } },
  {
    name: 'another release: its Job is another one, not one gone and one come', before: { migration: 'v1' }, after: { migration: 'v2' },
    compose: { '~ services/migrate': 'recreate' }, kubernetes: { [`~ Job/${'migrate'}`]: 'in place' },
  },
])('$name', ({ before = {}, after, compose, kubernetes }) => {
  test('on Compose', () => expect(impacts('compose', before, after)).toEqual(compose));
  test('on Kubernetes', () => {
    const found = Object.fromEntries(Object.entries(impacts('kubernetes', before, after)).map(([key, impact]) => [key.replace(/(Job\/\w+)-\w+$/, '$1'), impact]));
    expect(found).toEqual(kubernetes);
  });
});

test('more replicas leave the others alone', () => {
  const web = (replicas: number): Props => ({ shared: true, runs: { kind: 'service', replicas, restart: 'always' } });
  expect(impacts('compose', web(2), web(3))).toEqual({ '~ services/db': 'in place' });
  expect(impacts('kubernetes', web(2), web(3))).toEqual({ '~ Deployment/db': 'in place' });
});

test('a change names its construct, its fields and the reason', () => {
  const [change] = changesOn('kubernetes', {}, { env: { A: '1' } });
  expect(change).toEqual({
    construct: 'shop/dev/db', target: 'kubernetes', kind: 'StatefulSet', name: 'db', change: 'changed', impact: 'restart', why: ['new pods take over'],
    fields: [{ path: 'spec.template.spec.containers[db].env', before: undefined, after: [{ name: 'A', value: '1' }] }],
  });
});

test('against nothing, everything is new, and nothing at risk', () => {
  for (const emission of emissions({})) {
    expect(new Set(diff(emission, new Map()).map(({ change, impact }) => `${change}: ${impact}`))).toEqual(new Set(['added: in place']));
  }
});

test('what a container no longer finds is named, one that is gone misses nothing', () => {
  const why = (before: Props, after: Props) => changesOn('kubernetes', before, after).flatMap(change => change.why);
  expect(why({}, { at: '/elsewhere' })).toEqual(['db no longer sees the claim data at /data', 'new pods take over']);
  expect(why({}, { patch: mountedBelow('StatefulSet', 'old') })).toEqual(['at /data, db would find old in the claim data instead of the claim data', 'new pods take over']);
  const withHelper: Props = {
    patch: workload => Kubernetes.of(workload).patch('StatefulSet', set => {
      const { template } = set.spec;
      const helper = { name: 'helper', image: 'busybox:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] };
      return { ...set, spec: { ...set.spec, template: { ...template, spec: { ...template.spec!, containers: template.spec!.containers, initContainers: [helper] } } } };
    }),
  };
  expect(why(withHelper, {})).toEqual(['new pods take over']);
});

describe('a manifest of the team\'s own', () => {
  const withOwn = (kind?: string, replicas = 1) => {
    const app = new App();
    const stack = new Stack(app, 'shop', 'dev', { targets: [new Kubernetes()] });
    if (kind) new ApiObject(stack, 'own', { apiVersion: 'example.org/v1', kind, metadata: { name: 'own' }, spec: { replicas } });
    return synthesize(app).emissions[0]!;
  };
  const impactOf = (before: ReturnType<typeof withOwn>, after: ReturnType<typeof withOwn>) => diff(after, filesOf(before.files)).filter(({ kind }) => kind !== 'files').map(({ change, impact }) => [change, impact]);

  test('that is gone puts data at risk, where nobody knows what stands behind it', () => {
    expect(impactOf(withOwn('Cluster'), withOwn())).toEqual([['removed', 'data at risk']]);
    expect(impactOf(withOwn('Cluster'), withOwn('Cluster', 2))).toEqual([['changed', 'in place']]);
  });

  test('that lets visitors in leaves them outside', () => expect(impactOf(withOwn('Ingress'), withOwn())).toEqual([['removed', 'recreate']]));
});
