import { describe, expect, test } from '@jest/globals';
import { NginxProxy, type NginxProxyProps } from '../../../constructs/nginx';
import { isSince } from '../../../constructs/nginx/settings';
import { WebService } from '../../../constructs/web-service';
import { Graph, Stack } from '../../../lib/core';
import { Duration, Image, Probe, problemsBelow, Workload, type Route, type SizeString } from '../../../lib/model';
import { cedrusProps, filesOf, shop } from './cedrus';

function proxy(change: (system: ReturnType<typeof shop>) => Partial<NginxProxyProps> = () => ({})) {
  const system = shop();
  const nginx = new NginxProxy(system.stack, 'nginx', { ...cedrusProps(system), ...change(system) });
  const files = filesOf(nginx);
  return { ...system, nginx, files, spec: nginx.workload.spec, graph: new Graph(system.stack), problems: problemsBelow(system.stack).filter(({ at }) => at.startsWith('shop/prod/nginx')) };
}

/** The body of a location of the site. */
function location(files: Record<string, string>, path: string): string {
  return new RegExp(`^location ${path.replaceAll('.', '\\.')} \\{\\n([^]*?)^\\}`, 'm').exec(files['site.conf']!)?.[1] ?? 'no such location';
}

test("Cedrus' production settings, as nginx reads them", () => {
  const { files, problems } = proxy();
  expect(problems).toEqual([]);
  const { 'start.sh': script, ...configuration } = files;
  expect(script).toMatch(/^#!\/bin\/sh\n/);
  expect(Object.entries(configuration).map(([name, content]) => `# ${'-'.repeat(20)} ${name}\n${content}`).join('\n')).toMatchSnapshot();
});

describe('what follows from a route', () => {
  test('the proxy may reach it, waits for it, and looks its address up', () => {
    const { graph, nginx, web, dashboard, files } = proxy();
    expect(graph.edgesFrom(nginx.workload).map(({ to, port }) => [to, port])).toEqual([[web, 8000], [dashboard, 8501]]);
    expect(graph.waits(nginx.workload).map(({ on, until }) => [on, until])).toEqual([[web, 'healthy'], [dashboard, 'healthy']]);
    expect(files.upstreams).toBe('web_http web 8000 5 /health/ready/\ndashboard_http dashboard 8501 5 /_stcore/health\n');
  });

  test('its HTTP probes have no limits and need no TLS; those that a visitor would not get to are left alone', () => {
    const { files } = proxy();
    for (const path of ['/health/', '/health/ready/', '/health/live/']) {
      expect(location(files, `= ${path}`)).not.toMatch(/limit_/);
      // Where as many as they like may ask, no body may take the room that uploads have.
      expect(location(files, `= ${path}`)).toContain('client_max_body_size 1k;');
      expect(files['nginx.conf']).toContain(`location = ${path} {`);
    }
    expect(files['site.conf']).not.toContain('_stcore');
  });

  describe('a probe at a page that visitors ask for', () => {
    const at = (route: string, path: string, props: Partial<NginxProxyProps> = {}) => proxy(({ web }) => {
      web.spec.probes = { ready: { check: { kind: 'http', path, port: undefined, headers: {} }, every: Duration.seconds(30), timeout: Duration.seconds(5), failures: 3 }, startup: Duration.seconds(30) };
      return { routes: { [route]: web.endpoint('http') }, health: [], rateLimits: { '/': '5r/s' }, ...props };
    });

    test.each([['/', '/'], ['/shop/', '/shop/']])('route %s, probe %s: it keeps the redirect, the limits and the log', (route, path) => {
      const { files, nginx } = at(route, path);
      expect(`${files['nginx.conf']}${files['site.conf']}`).not.toContain(`location = ${path} {`);
      expect(location(files, route)).toMatch(/limit_req zone=all /);
      expect(nginx.landing).toBe(path);
    });

    test.each([['/health', '/health'], ['/shop/', '/shop/ready/'], ['/', '/ready/']])('route %s, probe %s: no page, so it has none of them', (route, path) => {
      const { files } = at(route, path);
      expect(files['nginx.conf']).toContain(`location = ${path} {`);
      expect(location(files, `= ${path}`)).not.toMatch(/limit_/);
    });

    test('but for those who name it', () => {
      expect(at('/', '/', { health: ['/'] }).files['nginx.conf']).toContain('location = / {');
    });
  });

  test('a construct with an endpoint does as well', () => {
    const { files } = proxy(({ web }) => ({ routes: { '/': { endpoint: web.endpoint('http') } } }));
    expect(location(files, '/')).toContain('proxy_pass http://web_http;');
  });

  test('two workloads of one name get two upstreams, and one workload gets one', () => {
    const { files } = proxy(({ stack, web }) => {
      const other = new Workload(new Stack(stack.node.root as never, 'other', 'prod', { targets: [] }), 'web', { image: Image.registry('x:1', { user: { uid: 1, gid: 1 } }), ports: { http: 1234 }, probes: { ready: Probe.tcp(), startup: Duration.seconds(1) } });
      return { routes: { '/': web.endpoint('http'), '/a/': web.endpoint('http'), '/b/': other.endpoint('http') } };
    });
    expect(files.upstreams).toBe('web_http web 8000 5 /health/ready/\nweb_http_2 web 1234\n');
  });

  test('its readiness is asked as its own probe asks, with the same headers', () => {
    const { files } = proxy(({ web }) => {
      web.spec.probes = { ...web.spec.probes!, ready: { check: { kind: 'http', path: '/ready?full=1', port: undefined, headers: { 'Host': 'shop.example', 'X-Probe': 'nginx "start"' } }, every: Duration.seconds(30), timeout: Duration.of('1500ms'), failures: 3 } };
      return { routes: { '/': web.endpoint('http') } };
    });
    expect(files.upstreams).toBe('web_http web 8000 2 /ready?full=1\n');
    expect(files['web_http.headers']).toBe('Host: shop.example\nX-Probe: nginx "start"\n');
  });

  test('a request that changes something is made once, unless the route says that it may be made twice', () => {
    const { files } = proxy(({ web }) => ({ routes: { '/': web.endpoint('http'), '/again/': { to: web.endpoint('http'), idempotent: true, timeout: '9s' } } }));
    expect(location(files, '/')).not.toContain('non_idempotent');
    expect(location(files, '/again/')).toMatch(/proxy_next_upstream error timeout non_idempotent;\n *proxy_next_upstream_timeout 9s;/);
  });

  test('a visitor gets an answer at the root, or else where a route is probed', () => {
    expect(proxy().nginx.landing).toBe('/');
    expect(proxy(({ files }) => ({ routes: {}, static: { '/': { volume: files } }, health: [] })).nginx.landing).toBe('/');
    expect(proxy(({ web }) => ({ routes: { '/health/': web.endpoint('http') }, health: [] })).nginx.landing).toBe('/health/ready/');
  });

  test('WebSockets only where they are asked for, and for an hour', () => {
    const { files } = proxy();
    expect(location(files, '/dashboard/')).toMatch(/Upgrade \$http_upgrade;[^]*Connection \$connection_upgrade;[^]*proxy_read_timeout 3600s;/);
    expect(location(files, '/')).toMatch(/Connection "";[^]*proxy_read_timeout 60s;/);
  });

  test('a path without any answer is not found', () => {
    const { files } = proxy(({ web }) => ({ routes: { '/api/': web.endpoint('http') }, health: [], rateLimits: {}, connectionsPerAddress: undefined }));
    expect(location(files, '/').trim()).toBe('return 404;');
  });
});

describe('what visitors are not to see', () => {
  const paths = (of: (system: ReturnType<typeof shop>) => Partial<NginxProxyProps>) => /~\* \^\(\?:(.*)\)\(\?:\/\|\$\)/.exec(proxy(of).files['site.conf']!)?.[1];
  const withMetrics = ({ stack }: ReturnType<typeof shop>, path: string) => new WebService(stack, 'api', { image: Image.registry('x:1', { user: { uid: 1, gid: 1 } }), port: 8000, metrics: path, probes: { ready: Probe.tcp(), startup: Duration.seconds(1) } });

  test('the metrics of a service that it routes to, by whatever name the route calls it', () => {
    expect(paths(system => ({ routes: { '/': withMetrics(system, '/api/metrics') } }))).toBe('/api/metrics');
    expect(paths(system => ({ routes: { '/': withMetrics(system, '/app/metrics.txt?all=1').endpoint } }))).toBe('/app/metrics\\.txt');
  });

  test('metrics that no route leads to need no hiding, nor do those of another service at that path', () => {
    expect(paths(system => ({ routes: { '/api/': withMetrics(system, '/metrics') } }))).toBeUndefined();
    expect(paths(system => ({ routes: { '/api/': withMetrics(system, '/metrics'), '/metrics': system.web.endpoint('http') } }))).toBeUndefined();
  });

  test('a route of their own shows the metrics', () => {
    expect(paths(system => {
      const api = withMetrics(system, '/metrics');
      return { routes: { '/': api, '/metrics': api } };
    })).toBeUndefined();
  });

  test('any other path that is named, and nothing twice', () => {
    expect(paths(() => ({ hidden: ['/admin/', '/dashboard/_stcore/metrics', '/admin/'] }))).toBe('/admin|/dashboard/_stcore/metrics');
  });

  test('never the whole site', () => {
    expect(proxy(() => ({ hidden: ['/'] })).problems).toEqual([expect.objectContaining({ code: 'nginx-hidden', fix: 'name a path below it, such as /admin' })]);
  });
});

describe('limits', () => {
  test('the burst is what may come at once: nginx gets one less', () => {
    const { files } = proxy();
    expect(files['nginx.conf']).toContain('zone=login:10m rate=3r/m;');
    expect(location(files, '/login/')).toContain('limit_req zone=login burst=2 nodelay;  # 3 at once');
    expect(location(files, '/')).toContain('limit_req zone=all burst=19 nodelay;');
    expect(location(files, '/api/')).toContain('limit_req zone=api burst=49 nodelay;');
  });

  test('by default a second or minute of them may come at once', () => {
    const { files } = proxy(() => ({ rateLimits: { '/': '5r/m', '/one/': '1r/s' } }));
    expect(location(files, '/')).toContain('burst=4 nodelay;');
    expect(location(files, '/one/')).toContain('limit_req zone=one;');
  });

  test('the longest path counts, for limits as for routes', () => {
    const { files } = proxy();
    expect(location(files, '/dashboard/')).toContain('zone=all');
    expect(location(files, '/login/')).toContain('proxy_pass http://web_http;');
  });

  test('files have none but their own', () => {
    const { files } = proxy(() => ({ rateLimits: { '/': '1r/s', '/static/big/': '2r/s' } }));
    expect(location(files, '/static/')).not.toContain('limit_');
    expect(location(files, '/static/big/')).toMatch(/limit_req zone=static_big [^]*alias \/srv\/static\/big\/;/);
  });
});

describe('names in the configuration', () => {
  test('a limit of a path called connections has another than the count of connections', () => {
    const { files } = proxy(() => ({ rateLimits: { '/connections/': '1r/s' }, connectionsPerAddress: 10 }));
    expect(files['nginx.conf']!.match(/zone=\w+:/g)).toEqual(['zone=connections_2:', 'zone=connections:']);
    expect(location(files, '/connections/')).toContain('limit_req zone=connections_2;');
  });
});

describe('files', () => {
  test('are mounted read-only, a volume once', () => {
    const { spec, files, media } = proxy(({ files, media }) => ({ static: { '/static/': { volume: files, folder: 'out/css' }, '/fonts/': { volume: files, folder: 'fonts' }, '/media/': { volume: media } } }));
    expect(spec.mounts.flatMap(mount => ('volume' in mount ? [[mount.volume.node.id, mount.path, mount.readOnly]] : []))).toEqual([['static', '/srv/static', true], [media.node.id, '/srv/media', true]]);
    expect(location(files, '/static/')).toContain('alias /srv/static/out/css/;');
    expect(location(files, '/fonts/')).toContain('alias /srv/static/fonts/;');
  });

  test.each([
    ['immutable', { cache: 'immutable' as const }, 'add_header Cache-Control "public, max-age=31536000, immutable";'],
    ['7 days', { cache: Duration.days(7) }, 'add_header Cache-Control max-age=604800;'],
    ['not said', {}, 'add_header Cache-Control no-cache;'],
  ])('kept: %s', (_, options, directive) => {
    const { files } = proxy(({ files: volume }) => ({ static: { '/f/': { volume, ...options } } }));
    expect(location(files, '/f/')).toContain(directive);
  });

  test('every block that adds a header repeats the security headers', () => {
    const { 'site.conf': site } = proxy().files;
    const adding = site!.split(/^location /m).filter(block => block.includes('add_header'));
    expect(adding).toHaveLength(3);
    for (const block of adding) expect(block).toMatch(/include headers\.conf;[^]*Content-Security-Policy/);
  });

  describe('of an application of a single page', () => {
    const app = (props: Partial<NginxProxyProps> = {}) => proxy(({ files: volume, web }) => ({
      routes: { '/api/': web.endpoint('http') }, static: { '/': { volume, fallback: 'index.html', cache: '7d' }, '/assets/': { volume, folder: 'assets', cache: 'immutable' } },
      health: [], rateLimits: {}, ...props,
    }));

    test('a path without a file is answered by one that browsers ask for each time', () => {
      const { files } = app();
      expect(location(files, '/')).toMatch(/alias \/srv\/all\/;\n *index index\.html \/index\.html;\n *try_files \$uri \$uri\/ \/index\.html;[^]*Cache-Control max-age=604800;/);
      expect(location(files, '= /index.html')).toMatch(/alias \/srv\/all\/index\.html;[^]*Cache-Control no-cache;/);
      expect(location(files, '= /index.html')).not.toContain('try_files');
    });

    test('what has a path of its own is kept as it says, and what is missing there is not found', () => {
      const assets = location(app().files, '/assets/');
      expect(assets).toContain('alias /srv/all/assets/;');
      expect(assets).toContain('immutable');
      expect(assets).not.toContain('try_files');
    });

    test('limits hold for that file as for the others', () => {
      const { files } = app({ rateLimits: { '/': '5r/s', '/login/': '3r/m' } });
      for (const path of ['/', '= /index.html']) expect(location(files, path)).toContain('limit_req zone=all_2 ');
      expect(location(files, '/login/')).toMatch(/limit_req zone=login [^]*try_files \$uri \$uri\/ \/index\.html;/);
    });

    test.each<[string, (system: ReturnType<typeof shop>) => Partial<NginxProxyProps>, string]>([
      ['a route', ({ web, files: volume }) => ({ routes: { '/app/in': web.endpoint('http') }, static: { '/app/': { volume, fallback: 'index.html' } } }), "the fallback '/app/index.html' of '/app/' belongs to '/app/in'"],
      ['other files', ({ files: volume }) => ({ static: { '/app/': { volume, fallback: 'a/b.html' }, '/app/a/': { volume } } }), "the fallback '/app/a/b.html' of '/app/' belongs to '/app/a/'"],
      ['a health path', ({ web, files: volume }) => ({ routes: { '/': web.endpoint('http') }, static: { '/app/': { volume, fallback: 'index.html' } }, health: ['/app/index.html'] }), "the fallback '/app/index.html' of '/app/' belongs to '/app/index.html'"],
    ])('that file cannot belong to %s', (_, change, what) => {
      expect(proxy(system => ({ health: [], rateLimits: {}, ...change(system) })).problems).toEqual([expect.objectContaining({ code: 'nginx-path-twice', what: `static: ${what}` })]);
    });
  });

  test('a path cannot have a route too', () => {
    expect(proxy(({ files: volume }) => ({ static: { '/dashboard/': { volume } } })).problems.map(({ code }) => code)).toEqual(['nginx-path-twice']);
  });
});

describe('TLS', () => {
  test.each<[string, boolean, boolean]>([['1.22.1', false, false], ['1.25.0', false, false], ['1.25', true, false], ['1.25.1', true, false], ['1.28', true, false], ['1.29.0', true, true], ['1.30', true, true]])(
    'nginx %s: HTTP/2 by its directive: %s, hybrid curve: %s', (version, http2, hybrid) => {
      const { 'https.conf': https } = proxy(() => ({ version })).files;
      expect(https!.includes('http2 on;')).toBe(http2);
      expect(https!.includes('listen 8443 ssl http2;')).toBe(!http2);
      expect(https!.includes('X25519MLKEM768')).toBe(hybrid);
    });

  test('a version without its last number is the newest of its line', () => {
    expect([isSince([1, 25], [1, 25, 4]), isSince([1, 25, 3], [1, 25, 4]), isSince([1, 25, 4], [1, 25, 4]), isSince([2, 0], [1, 25])]).toEqual([true, false, true, true]);
  });

  test('no HSTS where TLS ends elsewhere, and one way in', () => {
    const { files, graph, spec, nginx } = proxy(() => ({ tls: 'off' }));
    expect(Object.values(files).join()).not.toMatch(/Strict-Transport|8443/);
    expect(Object.keys(spec.ports)).toEqual(['http', 'metrics']);
    expect(graph.routes.map(ways)).toEqual(['public http 80 → http']);
    expect(nginx.endpoint.portName).toBe('http');
  });

  test('else two, which can be moved; a redirect names the port that HTTPS is published under', () => {
    const { files, graph, spec } = proxy(() => ({ published: { http: 8080, https: 8443 }, reach: 'host' }));
    expect(graph.routes.map(ways)).toEqual(['host http 8080 → http', 'host https 8443 → https']);
    expect(files['nginx.conf']).toContain('return 301 https://$host$https_port$request_uri;');
    expect(spec.env['HTTPS_PORT']!.references).toEqual([{ kind: 'published', route: graph.routes[1] }]);
  });

  test.each([
    [{}, 'max-age=31536000'], [{ includeSubDomains: true }, 'max-age=31536000; includeSubDomains'], [{ preload: true }, 'max-age=31536000; includeSubDomains; preload'],
    [{ maxAge: '30d' as const }, 'max-age=2592000'],
  ])('HSTS %j', (hsts, value) => {
    expect(proxy(() => ({ headers: { hsts } })).files['headers.conf']).toContain(`add_header Strict-Transport-Security "${value}" always;`);
  });

  test('what browsers would not preload is refused', () => {
    const codes = (hsts: object) => proxy(() => ({ headers: { hsts } })).problems.map(({ code }) => code);
    expect(codes({ preload: true, maxAge: '30d' })).toEqual(['hsts-preload']);
    expect(codes({ preload: true, includeSubDomains: false })).toEqual(['hsts-preload']);
  });

  test('ACME: a certificate in a volume, and a certbot that stands in for a controller', () => {
    const { graph, nginx, files, problems } = proxy(() => ({ tls: { acme: { email: 'ops@shop.example' } } }));
    expect(problems).toEqual([]);
    expect(nginx.certificate!.spec.source).toMatchObject({ kind: 'acme', email: 'ops@shop.example', issuer: 'letsencrypt' });
    const certbot = graph.workloads.find(workload => workload.node.id === 'certbot')!.spec;
    expect(certbot).toMatchObject({ standsInFor: 'certificate-controller', internet: true, runs: { kind: 'schedule' }, user: nginx.workload.spec.user });
    expect(certbot.command!.map(word => word.literal).slice(2)).toEqual(['--email', 'ops@shop.example', '--domain', 'shop.example', '--domain', 'www.shop.example']);
    expect(files['nginx.conf']).toMatch(/location \^~ \/\.well-known\/acme-challenge\/ \{\n *root \/etc\/compose8s\/certificate;/);
  });

  test('ACME over HTTP proves no wildcards', () => {
    expect(proxy(() => ({ host: '*.shop.example', tls: { acme: { email: 'ops@shop.example' } } })).problems.map(({ code }) => code)).toEqual(['acme-wildcard']);
  });

  test('no host at all is refused', () => {
    expect(proxy(() => ({ host: [] })).problems.map(({ code }) => code)).toEqual(['nginx-host']);
  });
});

describe('behind a balancer', () => {
  test('the address of the client is taken from it', () => {
    const { 'nginx.conf': main } = proxy(() => ({ trustedProxies: ['10.0.0.0/8', '2001:db8::/32'] })).files;
    expect(main).toMatch(/set_real_ip_from 10\.0\.0\.0\/8;\n *set_real_ip_from 2001:db8::\/32;\n *real_ip_header X-Forwarded-For;/);
    expect(main).not.toContain('geo ');
  });

  test('the scheme too, where TLS ends there', () => {
    const { files } = proxy(() => ({ tls: 'off', trustedProxies: ['10.0.0.0/8'] }));
    expect(files['nginx.conf']).toMatch(/geo \$realip_remote_addr \$is_trusted_proxy \{\n *default 0;\n *10\.0\.0\.0\/8 1;/);
    expect(files['proxy.conf']).toContain('X-Forwarded-Proto $forwarded_proto;');
  });
});

describe('the workload', () => {
  test('runs as a user, from a read-only root, and drains when it is told to stop', () => {
    const { spec } = proxy(() => ({ drain: '45s' }));
    expect(spec).toMatchObject({ user: { uid: 101, gid: 101 }, internet: false, stop: { signal: 'SIGQUIT' } });
    expect(spec.stop.grace.inSeconds).toBe(50);
    expect(spec.image.reference).toBe('nginx:1.25-alpine');
  });

  test('has a worker for each CPU of its limit, and half of its memory for bodies', () => {
    const { spec, files } = proxy(() => ({ resources: { cpu: '2500m', memory: '1Gi' } }));
    expect(files['nginx.conf']).toContain('worker_processes 3;');
    expect(spec.scratch.map(({ path, size }) => `${path} ${size}`)).toEqual(['/tmp 8 MiB', '/var/cache/nginx 512 MiB']);
  });

  test('has room for the bodies of one address twice, or says what it takes', () => {
    const problems = (memory: SizeString, connectionsPerAddress?: number) => proxy(() => ({ resources: { cpu: 1, memory }, maxBodySize: '50Mi', connectionsPerAddress, overcommit: false })).problems;
    expect(problems('512Mi', 10)).toEqual([expect.objectContaining({
      code: 'nginx-bodies', what: 'maxBodySize: 10 bodies of 50 MiB, as one address may send at a time, take more than half of the 256 MiB for all bodies: it could keep others from sending any',
      fix: 'raise resources.memory to 2000Mi, lower connectionsPerAddress or maxBodySize, or accept it: overcommit: true',
    })]);
    expect([problems('2000Mi', 10), problems('512Mi', 2), problems('512Mi')]).toEqual([[], [], []]);
    const { problems: accepted, spec } = proxy(() => ({ resources: { cpu: 1, memory: '512Mi' }, maxBodySize: '50Mi', connectionsPerAddress: 10, overcommit: true }));
    expect([accepted, spec.loosened]).toEqual([[], { accepted: ['slow uploads of one address may take more than half of the 256 MiB for all bodies, and keep others from sending any'] }]);
  });

  test('is asked on a port that no route leads to, and for its life in another way', () => {
    const { spec, graph } = proxy();
    expect(spec.probes).toMatchObject({ ready: { check: { kind: 'http', port: 'metrics', path: '/-/healthz' } }, alive: { check: { kind: 'tcp', port: 'http' } } });
    expect(graph.routes.map(({ spec: { to } }) => to.portName)).toEqual(['http', 'https']);
  });

  test('has no default for a header that was turned off, and lets the application send it', () => {
    const { files } = proxy(() => ({ headers: { contentSecurityPolicy: false, frameOptions: false, referrerPolicy: false, permissionsPolicy: false, hsts: false } }));
    expect(files['headers.conf']).toBe('add_header X-Content-Type-Options nosniff always;\n');
    expect(files['proxy.conf']!.match(/proxy_hide_header .*/g)).toEqual(['proxy_hide_header X-Powered-By;', 'proxy_hide_header X-Content-Type-Options;']);
    expect(files['site.conf']).not.toContain('$content_security_policy');
  });
});

function ways({ spec: { reach, protocol, published, to } }: Route): string {
  return `${reach} ${protocol} ${published} → ${to.portName}`;
}
