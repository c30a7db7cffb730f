import { describe, expect, test } from '@jest/globals';
import { Kubernetes, Route, synthesize, text, Workload, type Stack, type WorkloadProps } from '../../../lib';
import { IMAGE, service, shop } from '../../support/stacks';
import { clusterOf } from './cluster';

const pods = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } });
const dns = {
  to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } }, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }, { ipBlock: { cidr: '169.254.20.10/32' } }],
  ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }],
};

describe('network policies', () => {
  const cluster = clusterOf(stack => {
    const db = service(stack, 'db', { ports: { sql: 5432, admin: 9000, gossip: { number: 7000, protocol: 'udp' } } });
    service(stack, 'web', { env: { DB: text`${db.endpoint('sql')}`, GOSSIP: db.endpoint('gossip') } });
    service(stack, 'alone');
  });

  test('deny all that no reference asks for, in the whole namespace, but let everybody ask for names', () => {
    expect(cluster.get('NetworkPolicy', 'default-deny').spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [dns] });
  });

  test('have none for a workload that nobody calls and that calls nobody', () => {
    expect(cluster.all).not.toContain('NetworkPolicy/alone');
  });

  test('let them ask the name service that the cluster says it has', () => {
    const { egress } = clusterOf(stack => service(stack, 'web'), { dns: { namespace: 'openshift-dns', podLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' }, port: 5353 } }).get('NetworkPolicy', 'default-deny').spec;
    expect(egress).toEqual([{
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } }, podSelector: { matchLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' } } }, { ipBlock: { cidr: '169.254.20.10/32' } }],
      ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }, { port: 5353, protocol: 'UDP' }, { port: 5353, protocol: 'TCP' }],
    }]);
  });

  test('open each reference at both ends, on its port', () => {
    expect(cluster.get('NetworkPolicy', 'db').spec).toEqual({
      ...pods('db'), policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [pods('web')], ports: [{ port: 5432, protocol: 'TCP' }] }, { from: [pods('web')], ports: [{ port: 7000, protocol: 'UDP' }] }],
    });
    expect(cluster.get('NetworkPolicy', 'web').spec).toEqual({
      ...pods('web'), policyTypes: ['Ingress', 'Egress'],
      egress: [{ to: [pods('db')], ports: [{ port: 5432, protocol: 'TCP' }, { port: 7000, protocol: 'UDP' }] }],
    });
  });

  test('let out to the internet those that ask for it, and not to the private networks around', () => {
    const { egress = [] } = clusterOf(stack => new Workload(stack, 'fetch', { image: IMAGE, command: ['fetch'], internet: true, runs: { kind: 'task' } })).get('NetworkPolicy', 'fetch').spec;
    expect(egress).toEqual([{ to: [
      { ipBlock: { cidr: '0.0.0.0/0', except: expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10']) } },
      { ipBlock: { cidr: '::/0', except: expect.arrayContaining(['fc00::/7', 'fe80::/10']) } },
    ] }]);
  });

  test('let out to the addresses that are named, on their ports and no other', () => {
    const cluster = clusterOf(stack => {
      service(stack, 'web', { reaches: [{ cidr: '10.0.5.0/24', port: 5432 }, { cidr: 'fd00:5::/64', port: [587, { number: 53, protocol: 'udp' }] }] });
      service(stack, 'db');
    });
    expect(cluster.get('NetworkPolicy', 'web').spec).toEqual({
      ...pods('web'), policyTypes: ['Ingress', 'Egress'],
      egress: [
        { to: [{ ipBlock: { cidr: '10.0.5.0/24' } }], ports: [{ port: 5432, protocol: 'TCP' }] },
        { to: [{ ipBlock: { cidr: 'fd00:5::/64' } }], ports: [{ port: 587, protocol: 'TCP' }, { port: 53, protocol: 'UDP' }] },
      ],
    });
    expect(cluster.all).not.toContain('NetworkPolicy/db');
  });

  test('lend the ways out of what runs first in a pod to all of it, as the report says', () => {
    const reaches = [{ cidr: '10.0.5.0/24', port: 5432 }];
    const build = (own: Partial<WorkloadProps>) => (stack: Stack) => {
      const fill = new Workload(stack, 'fill', { image: IMAGE, command: ['fill'], runs: { kind: 'release', check: undefined }, reaches, internet: true });
      service(stack, 'web', { after: [fill], ...own });
    };
    const rule = { to: [{ ipBlock: { cidr: '10.0.5.0/24' } }], ports: [{ port: 5432, protocol: 'TCP' }] };
    expect(clusterOf(build({})).get('NetworkPolicy', 'web').spec.egress).toEqual([rule, { to: expect.anything() }]);
    expect(clusterOf(build({ reaches })).get('NetworkPolicy', 'web').spec.egress).toEqual([rule, { to: expect.anything() }]);
    const said = (own: Partial<WorkloadProps>) => synthesize(shop(build(own), { targets: [new Kubernetes()] })).notes.filter(({ field }) => field === 'connections').map(({ at, what }) => `${at}: ${what}`);
    expect(said({})).toEqual(['shop/dev/web: policies are for whole pods: its own may reach 10.0.5.0/24:5432, the internet as well, for fill, which runs in them first']);
    expect(said({ reaches, internet: true })).toEqual([]);
  });

  describe('of a public port', () => {
    const build = (stack: Stack) => {
      const web = service(stack, 'web', { ports: { http: 8080, admin: 9000 } });
      new Route(stack, 'public', { to: web.endpoint('http'), published: 80, reach: 'public', protocol: 'http' });
      new Route(stack, 'own', { to: web.endpoint('admin') });
    };
    const ports = [{ port: 8080, protocol: 'TCP' }];
    test.each([
      { way: 'a load balancer lets in anyone', expose: { kind: 'load-balancer' as const }, ingress: [{ ports }] },
      { way: 'an Ingress lets in its controller', expose: { kind: 'ingress' as const }, ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }], ports }] },
      { way: 'a Gateway lets in the namespace of its pods', expose: { kind: 'gateway' as const, name: 'main', namespace: 'gateways', controllerNamespace: 'envoy' }, ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'envoy' } } }], ports }] },
    ])('by $way, and to that port only', ({ expose, ingress }) => {
      expect(clusterOf(build, { expose }).get('NetworkPolicy', 'web').spec.ingress).toEqual(ingress);
    });
  });
});
