import { describe, expect, test } from '@jest/globals';
import { HealthProbes, NginxProxy, WebService } from '../../../constructs';
import { Certificate, Cron, Duration, Route, Volume, Workload, type Expose, type Stack } from '../../../lib';
import { IMAGE, service, textOf } from '../../support/stacks';
import { clusterOf, clusterProblems, type Cluster } from './cluster';

const GATEWAY = { kind: 'gateway', name: 'main', namespace: 'gateways' } as const;

describe('public routes on Kubernetes', () => {
  const both = (stack: Stack) => {
    const proxy = service(stack, 'proxy', { ports: { http: 8080, https: 8443 } });
    new Route(stack, 'http', { to: proxy.endpoint('http'), published: 80, reach: 'public', protocol: 'http', hosts: ['shop.example'] });
    new Route(stack, 'https', { to: proxy.endpoint('https'), published: 443, reach: 'public', protocol: 'https' });
  };

  test('of one workload share a load balancer that keeps the addresses of clients', () => {
    const cluster = clusterOf(both);
    expect(cluster.get('Service', 'proxy-public').spec).toEqual({
      type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: { 'app.kubernetes.io/name': 'proxy' },
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }, { name: 'https', port: 443, targetPort: 'https', protocol: 'TCP' }],
    });
    expect(cluster.get('Service', 'proxy').spec.type).toBe('ClusterIP');
    expect(cluster.notes).toContain('http hosts: left-out');
  });

  test('to one port under two numbers have two names', () => {
    const { spec } = clusterOf(stack => {
      const to = service(stack, 'web').endpoint('http');
      new Route(stack, 'one', { to, published: 80, reach: 'public' });
      new Route(stack, 'two', { to, published: 81, reach: 'public' });
    }).get('Service', 'web-public');
    expect(spec.ports?.map(({ name, port }) => [name, port])).toEqual([['http', 80], ['http-81', 81]]);
  });

  test('under the same number of one workload are a problem', () => {
    expect(clusterProblems(stack => {
      const web = service(stack, 'web', { ports: { http: 8080, admin: 9000 } });
      new Route(stack, 'one', { to: web.endpoint('http'), published: 80, reach: 'public' });
      new Route(stack, 'two', { to: web.endpoint('admin'), published: 80, reach: 'public' });
    })).toBe('✖ it publishes port 80, as another route to web does\n  at shop/dev/two\n  fix: publish one of them under another number\n');
  });

  test.each([
    { expose: { kind: 'ingress' } as const, what: 'an Ingress' },
    { expose: GATEWAY, what: 'a Gateway' },
  ])('that speak https are a problem behind $what, which ends TLS itself', ({ expose, what }) => {
    expect(clusterProblems(both, { expose })).toBe(`✖ ${what} ends TLS itself, and cannot lead to a port that speaks https\n  at shop/dev/https\n  fix: let it: tls: 'off' at the proxy, which names the controller in trustedProxies, or another port that speaks http; or expose: { kind: 'load-balancer' }\n`);
  });

  test('of a proxy that leaves TLS to the controller can be an Ingress, as the fix of that problem says', () => {
    const cluster = clusterOf(stack => {
      const web = new WebService(stack, 'web', { image: IMAGE, port: 8080, probes: HealthProbes.http({ ready: '/ready' }) });
      new NginxProxy(stack, 'proxy', { host: 'shop.example', tls: 'off', trustedProxies: ['10.0.0.0/8'], routes: { '/': web } });
    }, { expose: { kind: 'ingress' } });
    expect(cluster.get('Ingress', 'proxy-http').spec.rules?.map(({ host }) => host)).toEqual(['shop.example']);
  });

  const web = (stack: Stack) => {
    const to = service(stack, 'web').endpoint('http');
    new Route(stack, 'in', { to, published: 80, reach: 'public', protocol: 'http', hosts: ['shop.example', 'www.shop.example'] });
    new Route(stack, 'raw', { to, published: 9000, reach: 'public' });
  };

  test('of HTTP can be Ingresses, with certificates of a controller', () => {
    const cluster = clusterOf(web, { expose: { kind: 'ingress', className: 'nginx', issuer: 'letsencrypt' } });
    const http = { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } }] };
    const { metadata, spec } = cluster.get('Ingress', 'in');
    expect(spec).toEqual({ ingressClassName: 'nginx', tls: [{ hosts: ['shop.example', 'www.shop.example'], secretName: 'in-tls' }], rules: [{ host: 'shop.example', http }, { host: 'www.shop.example', http }] });
    expect(metadata.annotations).toEqual({ 'cert-manager.io/cluster-issuer': 'letsencrypt' });
    expect(cluster.get('Service', 'web-public').spec.ports?.map(({ port }) => port)).toEqual([9000]);
  });

  const BODIES = { 'nginx.ingress.kubernetes.io/proxy-body-size': '50m' };

  test.each([
    { issuer: 'letsencrypt', expected: { 'cert-manager.io/cluster-issuer': 'letsencrypt', ...BODIES } },
    { issuer: undefined, expected: BODIES },
  ])('that are Ingresses have the annotations of the program, beside the issuer $issuer', ({ issuer, expected }) => {
    expect(clusterOf(web, { expose: { kind: 'ingress', issuer, annotations: BODIES } }).get('Ingress', 'in').metadata.annotations).toEqual(expected);
  });

  test('that are none of HTTP leave an Ingress unused, as the report says', () => {
    const raw = (stack: Stack) => { new Route(stack, 'raw', { to: service(stack, 'web').endpoint('http'), published: 9000, reach: 'public' }); };
    for (const expose of [{ kind: 'ingress' } as const, GATEWAY]) {
      expect(clusterOf(raw, { expose }).notes).toContain('shop/dev expose: left-out');
      expect(clusterOf(web, { expose }).notes.filter(note => note.includes('expose'))).toEqual([]);
    }
    expect(clusterOf(raw).notes.filter(note => note.includes('expose'))).toEqual([]);
  });

  test('of HTTP can be routes of a gateway', () => {
    expect(clusterOf(web, { expose: GATEWAY }).get('HTTPRoute', 'in').spec).toEqual({
      parentRefs: [{ name: 'main', namespace: 'gateways' }], hostnames: ['shop.example', 'www.shop.example'],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'web', port: 8080 }] }],
    });
  });

  test('for the machine itself are a command, as the report says', () => {
    const cluster = clusterOf(stack => new Route(stack, 'own', { to: service(stack, 'web').endpoint('http') }));
    expect(cluster.all.filter(name => name.startsWith('Service/'))).toEqual(['Service/web']);
    expect(cluster.notes).toContain('own reach: approximated');
  });
});

describe('certificates on Kubernetes', () => {
  const withAcme = (stack: Stack) => {
    const volume = new Volume(stack, 'certificates', { size: '1Mi' });
    const answers = new Volume(stack, 'answers', { size: '1Mi' });
    const certificate = new Certificate(stack, 'shop-tls', { hosts: ['shop.example'], source: { kind: 'acme', email: 'ops@shop.example', issuer: 'letsencrypt', volume } });
    service(stack, 'proxy', { mounts: [{ certificate, path: '/etc/tls' }, { volume: answers, path: '/answers', readOnly: true }] });
    new Workload(stack, 'certbot', {
      image: IMAGE, command: ['certbot'], internet: true, standsInFor: 'certificate-controller', runs: { kind: 'schedule', cron: Cron.daily('03:00'), deadline: Duration.hours(1) },
      mounts: [{ volume, path: '/data' }, { volume: answers, path: '/data/answers' }],
    });
  };
  const acme = clusterOf(withAcme);
  const items = [{ key: 'tls.crt', path: 'tls.crt' }, { key: 'tls.key', path: 'tls.key' }];

  test('by ACME are asked for by cert-manager, and mounted from its Secret', () => {
    expect(acme.get('Certificate', 'shop-tls').spec).toMatchObject({ secretName: 'shop-tls', dnsNames: ['shop.example'], issuerRef: { name: 'letsencrypt', kind: 'ClusterIssuer' } });
    // Optional: the pods start before the first one is there, as on Compose.
    expect(acme.pod('proxy').volumes).toContainEqual({ name: 'secret-shop-tls', secret: { secretName: 'shop-tls', defaultMode: 0o440, optional: true, items } });
    expect(acme.container('proxy').volumeMounts).toContainEqual({ name: 'secret-shop-tls', mountPath: '/etc/tls', readOnly: true });
  });

  test('by ACME must be proved by DNS where names lead to a load balancer of the stack, which the report and the guide say', () => {
    const guide = ({ files }: Cluster) => textOf(files, 'OPERATIONS.md');
    expect(acme.notes).toContain('shop-tls source.issuer: approximated');
    expect(guide(acme)).toContain('cert-manager, with the ClusterIssuer `letsencrypt`, which proves names by DNS-01');
    const cluster = clusterOf(stack => { withAcme(stack); ingress(stack); }, { expose: { kind: 'ingress' } });
    expect(cluster.notes.filter(note => note.includes('source.issuer'))).toEqual([]);
    expect(guide(cluster)).toContain('cert-manager, with the ClusterIssuer `letsencrypt`.');
    expect(guide(clusterOf(ingress, { expose: { kind: 'ingress', issuer: 'own' } }))).toContain('cert-manager, with the ClusterIssuer `own`.');
  });

  const ingress = (stack: Stack) => { new Route(stack, 'in', { to: service(stack, 'web').endpoint('http'), published: 80, reach: 'public', protocol: 'http', hosts: ['shop.example'] }); };
  const SOLVER = 'NetworkPolicy/acme-solver';

  test.each<{ readonly what: string; readonly build: (stack: Stack) => void; readonly expose: Expose; readonly from: string }>([
    { what: 'an Ingress with an issuer', build: ingress, expose: { kind: 'ingress', issuer: 'letsencrypt' }, from: 'ingress-nginx' },
    { what: 'a certificate by ACME, and an Ingress', build: withAcme, expose: { kind: 'ingress', controllerNamespace: 'traefik' }, from: 'traefik' },
    { what: 'a certificate by ACME, and a Gateway', build: withAcme, expose: GATEWAY, from: 'gateways' },
  ])('are proved over HTTP by pods that the controller may ask: $what', ({ build, expose, from }) => {
    expect(clusterOf(build, { expose }).get('NetworkPolicy', 'acme-solver').spec).toEqual({
      podSelector: { matchLabels: { 'acme.cert-manager.io/http01-solver': 'true' } }, policyTypes: ['Ingress'],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': from } } }], ports: [{ port: 8089, protocol: 'TCP' }] }],
    });
  });

  test('need no such leave where nobody asks over HTTP', () => {
    expect(acme.all).not.toContain(SOLVER);
    expect(clusterOf(ingress, { expose: { kind: 'ingress' } }).all).not.toContain(SOLVER);
    expect(clusterOf(ingress, { expose: GATEWAY }).all).not.toContain(SOLVER);
  });

  test('leave out what stands in for cert-manager, with its volumes', () => {
    expect(acme.all.filter(name => /certbot|certificates|answers/.test(name))).toEqual([]);
    expect(acme.pod('proxy').volumes).toContainEqual({ name: 'answers', emptyDir: { sizeLimit: '1Mi' } });
    expect(acme.notes).toEqual(expect.arrayContaining(['certbot standsInFor: approximated', 'certificates volume: left-out', 'answers volume: approximated', 'shop-tls source.email: approximated']));
    expect(acme.get('Deployment', 'proxy').spec.strategy?.type).toBe('RollingUpdate');
  });

  test.each(['given', 'self-signed'] as const)('that are %s are Secrets that must be there', kind => {
    const cluster = clusterOf(stack => {
      const certificate = new Certificate(stack, 'shop-tls', { hosts: ['shop.example'], source: { kind } });
      service(stack, 'proxy', { mounts: [{ certificate, path: '/etc/tls' }] });
    });
    expect(cluster.pod('proxy').volumes).toContainEqual({ name: 'secret-shop-tls', secret: { secretName: 'shop-tls', defaultMode: 0o440, items } });
    expect(cluster.all.filter(name => /tls/.test(name))).toEqual([]);
  });
});
