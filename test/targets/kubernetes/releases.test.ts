import { describe, expect, test } from '@jest/globals';
import { Config, Image, Volume, Workload, type Run, type Stack, type WorkloadProps } from '../../../lib';
import { IMAGE, service } from '../../support/stacks';
import { clusterOf, type Cluster } from './cluster';

const CHECKED: Run = { kind: 'release', check: ['migrate', '--check', '$x'] };
const UNCHECKED: Run = { kind: 'release', check: undefined };

function release(stack: Stack, id: string, runs: Run, props: Partial<WorkloadProps> = {}): Workload {
  return new Workload(stack, id, { image: IMAGE, command: [id], args: ['now'], runs, ...props });
}

function initContainers({ pod }: Cluster, name: string) {
  return (pod(name).initContainers ?? []).map(({ name: container, command, args = [] }) => [container, ...(command ?? []), ...args].join(' '));
}

/** The pods that a policy lets in, or lets out to. */
function peersOf(cluster: Cluster, name: string) {
  const { ingress = [], egress = [] } = cluster.get('NetworkPolicy', name).spec;
  const names = (peers: readonly { readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> } }[] = []) => peers.flatMap(({ podSelector }) => podSelector?.matchLabels?.['app.kubernetes.io/name'] ?? []);
  return { from: ingress.flatMap(({ from }) => names(from)), to: egress.flatMap(({ to }) => names(to)) };
}

describe('a release with a check, on Kubernetes', () => {
  const build = (command: string) => (stack: Stack) => {
    const db = service(stack, 'db');
    const migrate = release(stack, 'migrate', CHECKED, { command: [command], env: { DB: db.endpoint('http') } });
    service(stack, 'web', { after: [migrate] });
    service(stack, 'worker');
  };

  test('is done once, by a Job; those that wait for it ask the check until it says yes', () => {
    const cluster = clusterOf(build('migrate'));
    expect(cluster.get('Job', 'migrate').spec).toMatchObject({ ttlSecondsAfterFinished: 86400, backoffLimit: 6, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'migrate', command: ['migrate'], args: ['now'] }] } } });
    expect(initContainers(cluster, 'web')).toEqual(['wait-for-migrate migrate --check $$x']);
    expect(cluster.pod('web').initContainers).toMatchObject([{ env: [{ name: 'DB', value: 'db:8080' }] }]);
    expect(cluster.pod('worker')).not.toHaveProperty('initContainers');
  });

  test('has a name that changes with what it does, and with nothing else', () => {
    const nameOf = (command: string) => clusterOf(build(command)).get('Job', 'migrate').metadata.name;
    expect(nameOf('migrate')).toMatch(/^migrate-[0-9a-f]{10}$/);
    expect(nameOf('migrate')).toBe(nameOf('migrate'));
    expect(nameOf('migrate')).not.toBe(nameOf('migrate-more'));
  });

  test('is called upon from the pods of those that wait, so that these may call whatever the check calls', () => {
    const cluster = clusterOf(build('migrate'));
    expect(peersOf(cluster, 'db').from).toEqual(['migrate', 'web']);
    expect(peersOf(cluster, 'migrate').to).toEqual(['db']);
    expect(peersOf(cluster, 'web').to).toEqual(['db']);
  });

  test('waits for the releases before it, and so do those that wait for it, in the same order', () => {
    const cluster = clusterOf(stack => {
      const first = release(stack, 'first', CHECKED);
      const second = release(stack, 'second', UNCHECKED, { after: [first] });
      const third = release(stack, 'third', CHECKED, { after: [second] });
      service(stack, 'web', { after: [third, first] });
    });
    expect(initContainers(cluster, 'third')).toEqual(['wait-for-first migrate --check $$x', 'second second now']);
    expect(initContainers(cluster, 'web')).toEqual(['wait-for-first migrate --check $$x', 'second second now', 'wait-for-third migrate --check $$x']);
    expect(cluster.all.filter(name => name.startsWith('Job/'))).toEqual(['Job/first', 'Job/third']);
  });
});

describe('a release without a check, on Kubernetes', () => {
  test('is done by each new pod that waits for it, as the report says', () => {
    const cluster = clusterOf(stack => {
      const db = service(stack, 'db');
      const seed = release(stack, 'seed', UNCHECKED, { connects: [db.endpoint('http')], internet: true });
      service(stack, 'web', { after: [seed] });
    });
    expect(cluster.all.some(name => name.endsWith('/seed'))).toBe(false);
    expect(initContainers(cluster, 'web')).toEqual(['seed seed now']);
    expect(cluster.notes).toContain('seed runs: approximated');
    expect(peersOf(cluster, 'db').from).toEqual(['web']);
    expect(peersOf(cluster, 'web').to).toEqual(['db']);
    expect(JSON.stringify(cluster.get('NetworkPolicy', 'web').spec.egress)).toContain('0.0.0.0/0');
  });

  test('that nobody waits for is a Job', () => {
    const cluster = clusterOf(stack => release(stack, 'greet', UNCHECKED));
    expect(cluster.all).toContain('Job/greet');
    expect(cluster.notes).not.toContain('greet runs: approximated');
  });
});

describe('a volume that is filled, on Kubernetes', () => {
  const other = Image.registry('example/assets:2.0', { user: { uid: 2000, gid: 3000 }, tools: ['shell'], folders: ['/out'] });
  const cluster = clusterOf(stack => {
    const volume = new Volume(stack, 'static', { size: '100Mi', filledBy: { image: other, command: ['collect'], path: '/out' } });
    service(stack, 'web', { mounts: [{ volume, path: '/srv/static', readOnly: true }] });
    service(stack, 'proxy', { mounts: [{ volume, path: '/var/static' }] });
  });

  test.each(['web', 'proxy'])('is an empty folder of %s, filled before it starts', name => {
    expect(initContainers(cluster, name)).toEqual(['static-fill collect']);
    expect(cluster.pod(name).volumes).toContainEqual({ name: 'static', emptyDir: { sizeLimit: '100Mi' } });
    expect(cluster.pod(name).initContainers![0]!.volumeMounts).toContainEqual({ name: 'static', mountPath: '/out' });
  });

  test('is filled by the user of the other image, and read by its own', () => {
    expect(cluster.pod('web').initContainers![0]!.securityContext).toMatchObject({ runAsUser: 2000, runAsGroup: 3000 });
    expect(cluster.pod('web').securityContext).toMatchObject({ runAsUser: 10001, runAsGroup: 10001 });
    expect(cluster.container('web').volumeMounts).toContainEqual({ name: 'static', mountPath: '/srv/static', readOnly: true });
  });

  test('is nothing by itself, and each pod that fills one of its own is reported', () => {
    expect(cluster.all.filter(name => /static/.test(name))).toEqual([]);
    expect(cluster.notes).toEqual(['shop/dev processes: left-out', 'shop/dev logs: left-out', 'static filledBy: approximated']);
  });

  test('makes its pods start anew when what the filler reads changes', () => {
    const hashOf = (content: string) => clusterOf(stack => {
      const config = new Config(stack, 'config', { files: { a: content } });
      const fill = release(stack, 'fill', UNCHECKED, { mounts: [{ config, path: '/etc/x' }] });
      service(stack, 'web', { after: [fill] });
    }).get('Deployment', 'web').spec.template.metadata?.annotations;
    expect(hashOf('one')).not.toEqual(hashOf('two'));
  });
});
