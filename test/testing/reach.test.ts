import { describe, expect, test } from '@jest/globals';
import { ApiObject } from 'cdk8s';
import { Compose, Kubernetes, type Document, type Manifests } from '../../lib';
import { small } from './shop';

const source = small();
const compose = (services: Record<string, object>) => reached(new Compose().reach(Object.entries(services).map(([name, body]): Document => ({ source, path: 'services.yaml', kind: 'services', name, body }))));
const reached = (connections: readonly { from: string; to: string; port: string }[]) => connections.map(({ from, to, port }) => `${from} → ${to}:${port}`);

describe('on Docker', () => {
  test.each([
    { rule: 'members of a network reach all ports of each other', services: { a: { networks: ['n'], expose: ['80'] }, b: { networks: ['n'], expose: ['81', '53/udp'] } }, expected: ['b → a:80', 'a → b:81', 'a → b:53/udp'] },
    { rule: 'others do not', services: { a: { networks: ['n'], expose: ['80'] }, b: { networks: ['m'], expose: ['81'] } }, expected: [] },
    { rule: 'networks can be a mapping', services: { a: { networks: { n: { aliases: ['x'] } }, expose: ['80/tcp'] }, b: { networks: ['n'] } }, expected: ['b → a:80'] },
    { rule: 'services that name none share the default network', services: { a: { expose: ['80'] }, b: {}, c: { network_mode: 'none' } }, expected: ['b → a:80'] },
    { rule: 'a service can be in the network of another', services: { a: { networks: ['n'], expose: ['80'] }, b: { networks: ['n'] }, c: { network_mode: 'service:b' } }, expected: ['b → a:80', 'c → a:80'] },
    { rule: 'published ports count as declared', services: { a: { networks: ['n'], ports: [{ target: 443, published: '8443' }] }, b: { networks: ['n'] } }, expected: ['b → a:443'] },
  ])('$rule', ({ services, expected }) => {
    expect(compose(services as Record<string, object>)).toEqual(expected);
  });
});

type Policy = Manifests['NetworkPolicy']['spec'];

describe('on a cluster', () => {
  const pods = (name: string, ports: object[] = []): Document => ({
    source, path: `${name}.yaml`, kind: 'Deployment', name,
    body: { spec: { template: { metadata: { labels: { app: name, side: name === 'b' ? 'back' : 'front' } }, spec: { containers: [{ name, ports }] } } } },
  });
  const cluster = (...policies: Policy[]) => reached(new Kubernetes().reach([
    { source, path: 'n.yaml', kind: 'Namespace', name: 'shop', body: { metadata: { name: 'shop', labels: { team: 'one' } } } },
    pods('a'), pods('b', [{ name: 'sql', containerPort: 5432 }, { containerPort: 53, protocol: 'UDP' }]),
    ...policies.map((spec, i): Document => ({ source, path: 'p.yaml', kind: 'NetworkPolicy', name: `p${i}`, body: { spec } })),
  ]));
  const into = (rule: NonNullable<Policy['ingress']>[number]): Policy => ({ podSelector: { matchLabels: { app: 'b' } }, policyTypes: ['Ingress'], ingress: [rule] });
  const out = (rule: NonNullable<Policy['egress']>[number]): Policy => ({ podSelector: { matchLabels: { app: 'a' } }, policyTypes: ['Egress'], egress: [rule] });
  const SQL = ['a → b:5432'];
  const ALL = ['a → b:5432', 'a → b:53/udp'];

  test.each([
    { rule: 'what no policy selects is open', policies: [], expected: ALL },
    { rule: 'what a policy without rules selects is closed', policies: [{ podSelector: {} }], expected: [] },
    { rule: 'an empty rule opens all', policies: [into({})], expected: ALL },
    { rule: 'both ends must agree', policies: [into({ ports: [{ port: 5432 }] }), out({ ports: [{ port: 53, protocol: 'UDP' }] })], expected: [] },
    { rule: 'policies add up', policies: [into({ ports: [{ port: 5432 }] }), into({ ports: [{ port: 53, protocol: 'UDP' }] })], expected: ALL },
    { rule: 'a port can be named', policies: [into({ ports: [{ port: 'sql' }] })], expected: SQL },
    { rule: 'ports can be a range', policies: [into({ ports: [{ port: 5000, endPort: 6000 }] })], expected: SQL },
    { rule: 'a protocol alone stands for all its ports', policies: [into({ ports: [{ protocol: 'UDP' }] })], expected: ['a → b:53/udp'] },
    { rule: 'another peer is not let in', policies: [into({ from: [{ podSelector: { matchLabels: { app: 'c' } } }] })], expected: [] },
    { rule: 'the own namespace has its labels', policies: [into({ from: [{ namespaceSelector: { matchLabels: { 'team': 'one', 'kubernetes.io/metadata.name': 'shop' } } }] })], expected: ALL },
    { rule: 'another namespace is not let in', policies: [into({ from: [{ namespaceSelector: { matchLabels: { team: 'two' } }, podSelector: {} }] })], expected: [] },
    { rule: 'all addresses cover pods', policies: [into({ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] })], expected: ALL },
    { rule: 'the internet without private ranges does not', policies: [out({ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] })], expected: [] },
    { rule: 'labels can be one of several', policies: [into({ from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'z'] }, { key: 'side', operator: 'NotIn', values: ['back'] }] } }] })], expected: ALL },
    { rule: 'labels can be asked to be there, or not to be', policies: [into({ from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }, { key: 'side', operator: 'DoesNotExist' }] } }] })], expected: [] },
  ] as { rule: string; policies: Policy[]; expected: string[] }[])('$rule', ({ policies, expected }) => {
    expect(cluster(...policies)).toEqual(expected);
  });

  test('an operator that is not known is an error, not a guess', () => {
    expect(() => cluster(into({ from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'Like' }] } }] }))).toThrow("a NetworkPolicy selects by the operator 'Like', which there is none of");
  });

  test('objects of a team take part', () => {
    const stack = small({}, scope => { new ApiObject(scope, 'agent', { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent', ports: [{ containerPort: 9100 }] }] } } } }); });
    const documents = new Kubernetes().render(stack.graph()).documents.filter(({ kind }) => kind !== 'NetworkPolicy');
    expect(reached(new Kubernetes().reach(documents))).toContain('api → agent:9100');
  });
});
