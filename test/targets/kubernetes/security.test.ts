import { describe, expect, test } from '@jest/globals';
import { HealthProbes } from '../../../constructs';
import { Cron, Duration, Secret, text, Volume, Workload } from '../../../lib';
import { podSecurityErrors, type Pod } from '../../support/manifests';
import { IMAGE, service } from '../../support/stacks';
import { clusterOf } from './cluster';

describe('pods on Kubernetes', () => {
  const cluster = clusterOf(stack => {
    const volume = new Volume(stack, 'static', { size: '1Mi', filledBy: { image: IMAGE, command: ['fill'], path: '/data' } });
    const migrate = new Workload(stack, 'migrate', { image: IMAGE, command: ['migrate'], runs: { kind: 'release', check: ['ok'] } });
    service(stack, 'web', { after: [migrate], mounts: [{ volume, path: '/static' }] });
    service(stack, 'db', { mounts: [{ volume: new Volume(stack, 'data', { size: '1Gi' }), path: '/data' }] });
    new Workload(stack, 'nightly', { image: IMAGE, command: ['nightly'], runs: { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) } });
    new Workload(stack, 'by-hand', { image: IMAGE, command: ['by-hand'], runs: { kind: 'task' } });
  });

  test.each(['web', 'db', 'migrate', 'nightly', 'by-hand'])('of %s run as its user, with no rights, on a file system that nobody writes to', name => {
    const pod = cluster.pod(name);
    expect(podSecurityErrors(pod)).toEqual([]);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, seccompProfile: { type: 'RuntimeDefault' } });
    for (const { securityContext } of [...pod.containers, ...pod.initContainers ?? []]) {
      expect(securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true });
    }
  });

  test('stand in a namespace that refuses any others', () => {
    expect(cluster.get('Namespace', 'shop-dev').metadata.labels).toMatchObject(Object.fromEntries(['enforce', 'warn', 'audit'].map(mode => [`pod-security.kubernetes.io/${mode}`, 'restricted'])));
  });

  test('can be loosened one safeguard at a time, and each is reported', () => {
    const loose = clusterOf(stack => service(stack, 'web', { loosened: { writableRoot: true, capabilities: ['NET_BIND_SERVICE'], accepted: ['it runs what it is told'] } }));
    expect(loose.container('web').securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, readOnlyRootFilesystem: false });
    expect(loose.notes).toEqual(expect.arrayContaining(['web loosened.writableRoot: loosened', 'web loosened.accepted: loosened', 'web loosened.capabilities: loosened']));
  });

  test('may listen below 1024 where that is asked for, and it is noted', () => {
    const cluster = clusterOf(stack => {
      service(stack, 'web', { ports: { http: 80 }, probes: HealthProbes.tcp(), loosened: { capabilities: ['NET_BIND_SERVICE'] } });
      service(stack, 'api');
    });
    expect(cluster.pod('web').securityContext!.sysctls).toEqual([{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }]);
    expect(cluster.notes).toContain('web loosened.capabilities: loosened');
    expect(cluster.pod('api').securityContext!.sysctls).toBeUndefined();
  });

  test('never carry the value of a secret, and the stack never makes a Secret', () => {
    const { all, files } = clusterOf(stack => {
      const secret = new Secret(stack, 'canary', { keys: ['value'] });
      service(stack, 'web', { env: { A: secret.key('value'), B: text`x${secret.key('value')}` }, mounts: [{ secret, path: '/run/secrets' }] });
    });
    expect(all.filter(name => name.startsWith('Secret/'))).toEqual([]);
    expect([...files.keys()].filter(path => /secret|canary/.test(path))).toEqual([]);
  });
});

describe('the test of Pod Security itself', () => {
  const context = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const good: Pod = { securityContext: { runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: 'RuntimeDefault' } }, containers: [{ name: 'a', image: 'a', securityContext: context }] };
  test.each<[string, Pod]>([
    ['a root user', { ...good, securityContext: { ...good.securityContext, runAsUser: 0 } }],
    ['a user that nobody says', { ...good, securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } }],
    ['no seccomp profile', { ...good, securityContext: { runAsNonRoot: true, runAsUser: 1 } }],
    ['an init container with rights', { ...good, initContainers: [{ name: 'b', image: 'b' }] }],
    ['another capability', { ...good, containers: [{ name: 'a', image: 'a', securityContext: { ...context, capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } } }] }],
    ['a folder of the node', { ...good, volumes: [{ name: 'x', hostPath: { path: '/' } }] }],
    ['the network of the node', { ...good, hostNetwork: true }],
    ['a probe of another host', { ...good, containers: [{ ...good.containers[0]!, readinessProbe: { httpGet: { host: '1.2.3.4' } } }] }],
  ])('refuses %s', (_what, pod) => {
    expect(podSecurityErrors(good)).toEqual([]);
    expect(podSecurityErrors(pod)).not.toEqual([]);
  });
});
