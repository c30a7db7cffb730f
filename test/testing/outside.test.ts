import { describe, expect, test } from '@jest/globals';
import { Compose, Kubernetes, Probe, Route, type Document, type KubernetesProps, type Manifests, type Stack, type Target } from '../../lib';
import '../../lib/testing/jest';
import { Template } from '../../lib/testing';
import { service, thrownBy } from '../support/stacks';
import { small, TARGETS } from './shop';

const source = small();
const told = (connections: readonly { from: string; to: string; port: string }[]) => connections.map(({ from, to, port }) => `${from} → ${to}:${port}`);

/** One that is public, one that only the host reaches, one that calls the internet. */
const site = (stack: Stack): void => {
  const web = service(stack, 'web', { ports: { http: 8080, quic: { number: 8443, protocol: 'udp' } }, probes: { ready: Probe.http('/', { port: 'http' }) } });
  new Route(stack, 'in', { to: web.endpoint('http'), published: 80, reach: 'public', protocol: 'http' });
  new Route(stack, 'quick', { to: web.endpoint('quic'), published: 443, reach: 'public' });
  new Route(stack, 'tools', { to: service(stack, 'tool').endpoint('http'), published: 9000 });
  service(stack, 'mailer', { internet: true });
};

describe.each(TARGETS)('on $name', target => {
  const stack = Template.of(small({}, site), target);

  test('what is public is reached by its published port', () => {
    expect(stack).toReach('internet', 'web', 80);
    expect(stack).toReach('internet', 'web', '443/udp');
    expect(stack).not.toReach('internet', 'web', 443);
    expect(stack).not.toReach('internet', 'web', 8080);
  });

  test('nothing else is, nor what only the host reaches', () => {
    for (const name of ['db', 'api', 'alone', 'tool', 'mailer', 'migrate']) expect(stack).not.toReach('internet', name);
  });

  test('only who asks for the internet reaches it', () => {
    expect(stack).toReach('mailer', 'internet');
    expect(stack).toReach('mailer', 'internet', 443);
    expect(stack).toReach('mailer', 'internet', '53/udp');
    for (const name of ['db', 'api', 'alone', 'tool', 'web', 'migrate']) expect(stack).not.toReach(name, 'internet');
  });
});

describe('where a controller leads to it', () => {
  const through = (expose: KubernetesProps['expose']) => Template.of(small({}, stack => {
    new Route(stack, 'in', { to: service(stack, 'web').endpoint('http'), published: 80, reach: 'public', protocol: 'http', hosts: ['shop.example'] });
  }), new Kubernetes({ expose }));

  test.each<KubernetesProps['expose']>([{ kind: 'ingress', className: 'nginx' }, { kind: 'gateway', name: 'main', namespace: 'gateways' }])('it is reached by the ports of that: %j', expose => {
    expect(through(expose)).toReach('internet', 'web', 80);
    expect(through(expose)).toReach('internet', 'web', 443);
    expect(through(expose)).not.toReach('internet', 'web', 8080);
    expect(through(expose)).not.toReach('internet', 'api');
  });
});

describe('messages', () => {
  const onCompose = Template.of(small({}, site), new Compose());
  const closed: Target = { name: 'nomad', render: graph => new Compose().render(graph), print: () => new Map(), next: () => [], reach: () => [] };

  test.each([
    { why: 'who reaches it instead', run: () => expect(onCompose).toReach('internet', 'web', 81), message: "shop/dev on compose: the internet cannot reach 'web' on port 81\n  it can be reached by: the internet on 80, the internet on 443/udp" },
    { why: 'who gets out instead', run: () => expect(onCompose).toReach('api', 'internet'), message: "shop/dev on compose: 'api' cannot reach the internet\n  it can be reached by: mailer" },
    { why: 'what is too open', run: () => expect(onCompose).not.toReach('mailer', 'internet', 25), message: "shop/dev on compose: 'mailer' can reach the internet on port 25, and should not" },
    { why: 'a name that is not there', run: () => expect(onCompose).not.toReach('internet', 'mailr'), message: "shop/dev on compose has no workload 'mailr'; did you mean 'mailer'?" },
    { why: 'a question about nobody', run: () => expect(onCompose).toReach('internet', 'internet'), message: 'shop/dev on compose: one end must be a workload; there are: db, migrate, seed, api, alone, web, tool, mailer' },
    { why: 'a target that does not know', run: () => expect(Template.of(small(), closed)).toReach('internet', 'api'), message: 'shop/dev on nomad: the target does not say who can reach the internet, nor whom it can reach' },
    { why: 'a workload of that name', run: () => expect(small({}, stack => { service(stack, 'internet'); })).toReach('internet', 'api'), message: ['compose', 'kubernetes'].map(target => `shop/dev on ${target}: 'internet' may be the outside, or the workload of that name: give the workload another id`).join('\n') },
  ])('tell $why', ({ run, message }) => {
    expect(thrownBy(run)).toBe(message);
  });

  test('see what a patch opens', () => {
    const opened = small({}, stack => {
      Compose.of(stack).patch('networks', network => ({ ...network, internal: false }));
      Kubernetes.of(stack).patch('NetworkPolicy', policy => ({ ...policy, spec: { ...policy.spec, egress: [...policy.spec.egress ?? [], {}] } }));
    });
    expect(thrownBy(() => expect(opened).not.toReach('db', 'internet'))).toBe("shop/dev on compose: 'db' can reach the internet, and should not\nshop/dev on kubernetes: 'db' can reach the internet, and should not");
  });
});

test('without a port, any will do', () => {
  expect(small()).toReach('api', 'db');
  expect(small()).not.toReach('alone', 'db');
});

describe('the rules of Docker', () => {
  const document = (kind: string) => ([name, body]: readonly [string, object]): Document => ({ source, path: 'services.yaml', kind, name, body });
  const compose = (services: Record<string, object>) => told(new Compose().outside([
    ...Object.entries(services).map(document('services')),
    ...Object.entries({ open: {}, inner: { internal: true }, oneway: { driver_opts: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } } }).map(document('networks')),
  ]));

  test.each([
    { rule: 'a network that is not internal leads out', services: { a: { networks: ['inner', 'open'] } }, expected: ['a → internet:*'] },
    { rule: 'an internal one does not', services: { a: { networks: ['inner'] } }, expected: [] },
    { rule: 'nor one that hides no addresses', services: { a: { networks: { oneway: {} }, ports: [{ target: 80, published: '8080' }] } }, expected: ['internet → a:8080'] },
    { rule: 'who names none is on the default network, which leads out', services: { a: {} }, expected: ['a → internet:*'] },
    { rule: 'nothing is published from an internal network', services: { a: { networks: ['inner'], ports: [{ target: 80, published: '8080' }] } }, expected: [] },
    { rule: 'ports can be in the short form', services: { a: { networks: ['oneway'], ports: ['8080:80', '${DNS_PORT:-53}:53/udp', '0.0.0.0:81:80', '[::]:82:80', '9000-9010:9000-9010', 99] } }, expected: ['internet → a:8080', 'internet → a:53/udp', 'internet → a:81', 'internet → a:82', 'internet → a:9000-9010', 'internet → a:*'] },
    { rule: 'those of the host itself do not count', services: { a: { networks: ['oneway'], ports: ['127.0.0.1:80:80', '[::1]:81:81', { target: 82, published: '82', host_ip: '${BIND:-127.0.0.1}' }] } }, expected: [] },
    { rule: 'the host\'s own network is open both ways', services: { a: { network_mode: 'host', expose: ['80'] }, b: { network_mode: 'service:a' } }, expected: ['internet → a:80', 'a → internet:*', 'b → internet:*'] },
    { rule: 'no network leads nowhere', services: { a: { network_mode: 'none', ports: ['80:80'] } }, expected: [] },
  ])('$rule', ({ services, expected }) => {
    expect(compose(services as Record<string, object>)).toEqual(expected);
  });
});

type Policy = Manifests['NetworkPolicy']['spec'];

describe('the rules of a cluster', () => {
  const web: Document = { source, path: 'web.yaml', kind: 'Deployment', name: 'web', body: { spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', ports: [{ name: 'http', containerPort: 8080 }] }] } } } } };
  const document = (kind: string, name: string, spec: object): Document => ({ source, path: 'x.yaml', kind, name, body: { spec } });
  const service = (more: object): Document => document('Service', 'web', { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...more });
  const closed: Policy = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] };
  const policies = (...specs: Policy[]) => specs.map((spec, i) => document('NetworkPolicy', `p${i}`, spec));
  const into = (rule: NonNullable<Policy['ingress']>[number]): Policy => ({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [rule] });
  const out = (rule: NonNullable<Policy['egress']>[number]): Policy => ({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [rule] });
  const fromController = into({ from: [{ namespaceSelector: { matchLabels: { name: 'ingress-nginx' } } }], ports: [{ port: 8080 }] });
  const ingress = document('Ingress', 'web', { rules: [{ http: { paths: [{ backend: { service: { name: 'web', port: { name: 'http' } } } }] } }] });
  const block = (cidr: string, ...except: string[]) => out({ to: [{ ipBlock: { cidr, ...(except.length > 0 ? { except } : {}) } }] });

  test.each<{ rule: string; documents: Document[]; expected: string[] }>([
    { rule: 'a load balancer is open to all', documents: [service({ type: 'LoadBalancer' }), ...policies(into({ ports: [{ port: 8080 }] }))], expected: ['internet → web:80'] },
    { rule: 'unless the policy is not', documents: [service({ type: 'LoadBalancer' }), ...policies(closed)], expected: [] },
    { rule: 'nor for another port', documents: [service({ type: 'LoadBalancer' }), ...policies(into({ ports: [{ port: 9090 }] }))], expected: [] },
    { rule: 'a Service of the cluster is reached from inside only', documents: [service({}), ...policies(into({}))], expected: [] },
    { rule: 'ports of nodes and addresses given by hand count', documents: [service({ type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }), document('Service', 'other', { selector: { app: 'web' }, externalIPs: ['203.0.113.1'], ports: [{ port: 81, targetPort: 8080 }] }), ...policies(into({}))], expected: ['internet → web:30080', 'internet → web:81'] },
    { rule: 'who lets in a namespace lets in its controller', documents: [service({}), ingress, ...policies(fromController)], expected: ['internet → web:80', 'internet → web:443'] },
    { rule: 'but no load balancer', documents: [service({ type: 'LoadBalancer' }), ...policies(fromController)], expected: [] },
    { rule: 'an Ingress alone opens no policy', documents: [service({}), ingress, ...policies(closed)], expected: [] },
    { rule: 'an Ingress can have a default', documents: [service({}), document('Ingress', 'web', { defaultBackend: { service: { name: 'web', port: { number: 80 } } } }), ...policies(fromController)], expected: ['internet → web:80', 'internet → web:443'] },
    { rule: 'what no policy selects may call anybody', documents: [], expected: ['web → internet:*'] },
    { rule: 'so may what a rule lets call all addresses but private ones', documents: policies(block('0.0.0.0/0', '10.0.0.0/8')), expected: ['web → internet:*'] },
    { rule: 'or some', documents: policies(block('203.0.113.0/24')), expected: ['web → internet:*'] },
    { rule: 'private blocks are inside', documents: policies(block('10.1.0.0/16'), block('169.254.20.10/32'), block('fd00::/8')), expected: [] },
    { rule: 'ports can be limited', documents: policies(out({ to: [{ ipBlock: { cidr: '::/0' } }], ports: [{ port: 443 }, { port: 8000, endPort: 8010, protocol: 'UDP' }, { protocol: 'SCTP' }] })), expected: ['web → internet:443', 'web → internet:8000-8010/udp', 'web → internet:*/sctp'] },
    { rule: 'pods of the cluster are not the internet', documents: policies(out({ to: [{ podSelector: {} }, { namespaceSelector: {} }] })), expected: [] },
  ])('$rule', ({ documents, expected }) => {
    expect(told(new Kubernetes().outside([web, ...documents]))).toEqual(expected);
  });
});
