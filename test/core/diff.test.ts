import { describe, expect, test } from '@jest/globals';
import { ApiObject, type ApiObjectProps } from 'cdk8s';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Compose, Config, Duration, Image, Instruction, Kubernetes, Probe, Stack, synthesize, Volume, Workload, type Target, type WorkloadProps } from '../../lib';
import { diff, type Change } from '../../lib/core/diff';
import { filesOf } from '../../lib/core/diff/resources';
import { temporaryFolder } from '../support/run';

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
    kubernetes: { '~ StatefulSet/db': 'recreate' },
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
    compose: { '~ services/db': 'recreate' }, kubernetes: { '~ StatefulSet/db': 'recreate' },
  },
  {
    name: 'a changed config starts what reads it anew', after: { config: 'b' },
    compose: { '~ services/db': 'recreate', '~ files/config/settings/db.conf': 'in place' }, kubernetes: { '~ StatefulSet/db': 'recreate', '~ ConfigMap/settings': 'in place' },
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
    construct: 'shop/dev/db', target: 'kubernetes', kind: 'StatefulSet', name: 'db', change: 'changed', impact: 'recreate', why: ['its pod ends before the new one starts'],
    fields: [{ path: 'spec.template.spec.containers[db].env', before: undefined, after: [{ name: 'A', value: '1' }] }],
  });
});

test('pods of a Deployment take over a few at a time, and so do those of a StatefulSet that has several', () => {
  const impactOf = (kind: string, props: Props) => changesOn('kubernetes', props, { ...props, env: { A: '1' } }).filter(change => change.kind === kind).map(({ impact, why }) => [impact, ...why]);
  expect(impactOf('Deployment', { shared: true, runs: { kind: 'service', replicas: 2, restart: 'always' } })).toEqual([['restart', 'new pods take over']]);
  const withReplicas = (replicas: number | undefined): Props => ({ patch: workload => Kubernetes.of(workload).patch('StatefulSet', set => ({ ...set, spec: { ...set.spec, replicas } })) });
  expect(impactOf('StatefulSet', withReplicas(3))).toEqual([['restart', 'new pods take over']]);
  expect(impactOf('StatefulSet', withReplicas(undefined))).toEqual([['recreate', 'its pod ends before the new one starts']]);
});

test('against nothing, everything is new, and nothing at risk', () => {
  for (const emission of emissions({})) {
    expect(new Set(diff(emission, new Map()).map(({ change, impact }) => `${change}: ${impact}`))).toEqual(new Set(['added: in place']));
  }
});

test('what a container no longer finds is named, one that is gone misses nothing', () => {
  const why = (before: Props, after: Props) => changesOn('kubernetes', before, after).flatMap(change => change.why);
  expect(why({}, { at: '/elsewhere' })).toEqual(['db no longer sees the claim data at /data', 'its pod ends before the new one starts']);
  expect(why({}, { patch: mountedBelow('StatefulSet', 'old') })).toEqual(['at /data, db would find old in the claim data instead of the claim data', 'its pod ends before the new one starts']);
  const withHelper: Props = {
    patch: workload => Kubernetes.of(workload).patch('StatefulSet', set => {
      const { template } = set.spec;
      const helper = { name: 'helper', image: 'busybox:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] };
      return { ...set, spec: { ...set.spec, template: { ...template, spec: { ...template.spec!, containers: template.spec!.containers, initContainers: [helper] } } } };
    }),
  };
  expect(why(withHelper, {})).toEqual(['its pod ends before the new one starts']);
});

describe('other sources of an image', () => {
  const folder = temporaryFolder();
  const built = (target: Target, source: string, version = '1') => {
    const app = new App();
    const stack = new Stack(app, 'shop', 'dev', { targets: [target] });
    writeFileSync(join(folder, 'server.js'), source);
    new Workload(stack, 'web', {
      image: Image.build({ name: 'shop', version, context: folder, user: { uid: 1000, gid: 1000 }, tools: ['wget'], stages: [{ name: 'production', from: 'node:22-alpine', instructions: [Instruction.copy('server.js', '/app/')] }] }),
      command: ['node', 'server.js'], ports: { http: 8080 }, probes: { ready: Probe.http('/ready'), startup: Duration.seconds(10) },
    });
    const { emissions: [emission], problems } = synthesize(app);
    expect(problems).toEqual([]);
    return { emission: emission!, files: filesOf(emission!.files) };
  };
  const changes = (target: Target, version?: string) => {
    const { files } = built(target, 'before');
    return diff(built(target, 'after', version).emission, files).map(({ kind, name, impact, why }) => [`${kind}/${name}`, impact, ...why]);
  };

  test('replace the container on the host that builds it', () => {
    expect(changes(new Compose())).toEqual([
      ['files/images/shop/server.js', 'in place', 'what reads it changes by itself'],
      ['services/web', 'recreate', 'its image is built of other sources (images/shop): up --build replaces the container'],
    ]);
  });

  test('replace the container on a host that pulls it', () => {
    expect(changes(new Compose({ registry: 'registry.example/acme' }))).toContainEqual(['services/web', 'recreate', 'its image is built of other sources (images/shop): once it is pushed and pulled, up replaces the container']);
  });

  test.each([{ registry: undefined }, { registry: 'registry.example/acme' }])('start nothing anew in a cluster, under the same version: $registry', ({ registry }) => {
    expect(changes(new Kubernetes({ registry }))).toEqual([['files/images/shop/server.js', 'in place', 'nothing starts anew: push it under another version']]);
  });

  test('start pods anew in a cluster, under another version', () => {
    expect(changes(new Kubernetes(), '2')).toEqual([
      ['Deployment/web', 'restart', 'pods of the new image take over'],
      ['files/images/shop/Dockerfile', 'in place', 'what reads it changes by itself'],
      ['files/images/shop/server.js', 'in place', 'what reads it changes by itself'],
    ]);
  });
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

  type Manifest = ApiObjectProps & Readonly<Record<string, unknown>>;
  const withManifests = (...manifests: readonly Manifest[]) => {
    const app = new App();
    const stack = new Stack(app, 'shop', 'dev', { targets: [new Kubernetes()] });
    manifests.forEach((manifest, i) => new ApiObject(stack, `own${i}`, manifest));
    return synthesize(app).emissions[0]!;
  };
  const changesOf = (before: readonly Manifest[], after: readonly Manifest[]) => diff(withManifests(...after), filesOf(withManifests(...before).files)).filter(({ kind }) => kind !== 'files');

  test('is told from one of the same kind and name in another namespace', () => {
    const policy = (namespace: string | undefined, policyTypes: readonly string[]): Manifest => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'own', namespace }, spec: { podSelector: {}, policyTypes } });
    const changes = changesOf([policy('monitoring', ['Ingress']), policy(undefined, ['Ingress'])], [policy('monitoring', ['Egress']), policy(undefined, ['Ingress'])]);
    expect(changes).toEqual([expect.objectContaining({ construct: 'shop/dev/own0', kind: 'NetworkPolicy', name: 'own', namespace: 'monitoring', change: 'changed' })]);
    expect(changesOf([policy('monitoring', ['Ingress']), policy(undefined, ['Ingress'])], [policy('monitoring', ['Ingress']), policy(undefined, ['Egress'])])).toEqual([expect.not.objectContaining({ namespace: expect.anything() })]);
  });

  test('is told from one of the same kind and name in another API group, and is the same in another version', () => {
    const cluster = (apiVersion: string, replicas: number): Manifest => ({ apiVersion, kind: 'Cluster', metadata: { name: 'own' }, spec: { replicas } });
    const paths = (before: readonly Manifest[], after: readonly Manifest[]) => changesOf(before, after).map(({ construct, change, fields }) => [construct, change, ...fields.map(({ path }) => path)]);
    expect(paths([cluster('a.example/v1', 1), cluster('b.example/v1', 1)], [cluster('a.example/v1', 2), cluster('b.example/v1', 1)])).toEqual([['shop/dev/own0', 'changed', 'spec.replicas']]);
    expect(paths([cluster('a.example/v1beta1', 1)], [cluster('a.example/v1', 1)])).toEqual([['shop/dev/own0', 'changed', 'apiVersion']]);
  });

  const impactsOf = (before: Manifest, after: Manifest) => changesOf([before], [after]).map(({ impact }) => impact);

  test.each(['RoleBinding', 'ClusterRoleBinding'])('that binds a role must be made anew for another one, and not for another subject: %s', kind => {
    const binding = (role: string, account: string): Manifest => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name: 'own' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role }, subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'shop-dev' }] });
    expect(impactsOf(binding('view', 'web'), binding('edit', 'web'))).toEqual(['recreate']);
    expect(impactsOf(binding('view', 'web'), binding('view', 'api'))).toEqual(['in place']);
  });

  test.each(['ConfigMap', 'Secret'])('that is immutable must be made anew for other contents, and not for other labels: %s', kind => {
    const holder = (immutable: boolean, value: string, labels: Record<string, string> = {}): Manifest => ({ apiVersion: 'v1', kind, metadata: { name: 'own', labels }, immutable, data: { key: value } });
    expect(impactsOf(holder(true, 'YQ=='), holder(true, 'Yg=='))).toEqual(['recreate']);
    expect(impactsOf(holder(true, 'YQ=='), holder(false, 'YQ=='))).toEqual(['recreate']);
    expect(impactsOf(holder(false, 'YQ=='), holder(false, 'Yg=='))).toEqual(['in place']);
    expect(impactsOf(holder(true, 'YQ=='), holder(true, 'YQ==', { team: 'a' }))).toEqual(['in place']);
  });

  test('that is a Secret of another type must be made anew', () => {
    const secret = (type: string): Manifest => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'own' }, type, data: { 'tls.crt': 'YQ==', 'tls.key': 'Yg==' } });
    expect(impactsOf(secret('Opaque'), secret('kubernetes.io/tls'))).toEqual(['recreate']);
  });
});
