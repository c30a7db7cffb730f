import { describe, expect, test } from '@jest/globals';
import { HealthProbes } from '../../../constructs';
import { Compose, Duration, Image, Route, Secret, text, Volume, Workload } from '../../../lib';
import { composeOf, IMAGE, service } from '../../support/stacks';

describe('a service', () => {
  test('is hardened, limited, logged and checked without a word', () => {
    expect(composeOf(stack => { service(stack, 'web'); }).services['web']).toEqual({
      image: 'example/app:1.0',
      restart: 'unless-stopped',
      healthcheck: { test: ['CMD', 'curl', '-fsS', '-o', '/dev/null', 'http://127.0.0.1:8080/ready'], interval: '10s', timeout: '5s', retries: 3, start_period: '30s' },
      network_mode: 'none',
      expose: ['8080'],
      user: '10001:10001',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: ['/tmp:size=67108864,mode=1777,uid=10001,gid=10001'],
      cpu_shares: 256,
      deploy: { replicas: 1, resources: { limits: { cpus: '${WEB_CPUS:-1}', memory: '512m', pids: 256 }, reservations: { cpus: '0.25', memory: '512m' } } },
      init: true,
      stop_grace_period: '10s',
      logging: { driver: 'json-file', options: { 'max-size': '10000000b', 'max-file': '3' } },
    });
  });

  test('has everything that is asked for', () => {
    const { services } = composeOf(stack => {
      service(stack, 'web', {
        runs: Workload.service({ replicas: 3, restart: { onFailure: 5 } }),
        command: ['/bin/serve'], args: ['--port', 8080], workingDirectory: '/srv', env: { MODE: 'fast' },
        ports: { http: 8080, dns: { number: 5353, protocol: 'udp' } },
        scratch: [{ path: '/tmp', size: '1Mi' }, { path: '/var/cache', size: '1.5Gi' }], sharedMemory: '64Mi',
        resources: { cpu: { request: '100m', limit: 1.5 }, memory: { request: '1Gi', limit: '2Gi' } },
        user: { uid: 20, gid: 30 }, stop: { signal: 'SIGQUIT', grace: '1m' }, init: false, logs: { maxSize: '5Mi', maxFiles: 7 }, processes: 1000,
      });
    });
    expect(services['web']).toMatchObject({
      entrypoint: ['/bin/serve'], command: ['--port', '8080'], working_dir: '/srv', environment: { MODE: 'fast' }, restart: 'on-failure:5',
      expose: ['8080', '5353/udp'], tmpfs: ['/tmp:size=1048576,mode=1777,uid=20,gid=30', '/var/cache:size=1610612736,mode=1777,uid=20,gid=30'], shm_size: '64m', cpu_shares: 102, user: '20:30',
      deploy: { replicas: 3, resources: { limits: { cpus: '${WEB_CPUS:-1.5}', memory: '2g', pids: 1000 }, reservations: { cpus: '0.1', memory: '1g' } } },
      init: false, stop_signal: 'SIGQUIT', stop_grace_period: '60s', logging: { options: { 'max-size': '5m', 'max-file': '7' } },
    });
  });

  test('is loosened only on purpose, one safeguard at a time, and the report says so', () => {
    const { services, notes } = composeOf(stack => {
      service(stack, 'web', { loosened: { writableRoot: true, capabilities: ['NET_BIND_SERVICE'], accepted: ['it is slow'] } });
    });
    expect(services['web']).toMatchObject({ cap_drop: ['ALL'], cap_add: ['NET_BIND_SERVICE'], security_opt: ['no-new-privileges:true'] });
    expect(services['web']!.read_only).toBeUndefined();
    expect(notes.map(({ outcome, what }) => `${outcome}: ${what}`)).toEqual([
      'loosened: its root file system can be written to', 'loosened: it is slow', 'loosened: it keeps the capability NET_BIND_SERVICE',
    ]);
  });

  test('may listen below 1024 where that is asked for, and it is noted', () => {
    const { services, notes } = composeOf(stack => {
      service(stack, 'web', { ports: { http: 8080, dns: { number: 53, protocol: 'udp' } }, loosened: { capabilities: ['NET_BIND_SERVICE'] } });
      service(stack, 'api', { ports: { http: 1024 } });
    });
    expect(services['web']).toMatchObject({ sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' }, cap_drop: ['ALL'], cap_add: ['NET_BIND_SERVICE'], user: '10001:10001' });
    expect(services['api']).not.toHaveProperty('sysctls');
    expect(notes.map(({ outcome, what }) => `${outcome}: ${what}`)).toEqual(['loosened: it keeps the capability NET_BIND_SERVICE']);
  });

  test('waits until those that it refers to are healthy', () => {
    const { services } = composeOf(stack => {
      const db = service(stack, 'db');
      const cache = service(stack, 'cache');
      service(stack, 'web', { env: { DB: db.endpoint('http').host }, connects: [cache.endpoint('http')] });
    });
    expect(services['web']!.depends_on).toEqual({ db: { condition: 'service_healthy' }, cache: { condition: 'service_healthy' } });
  });

  test('does not wait for those that it can start without, and reaches them all the same', () => {
    const { services } = composeOf(stack => {
      const cache = service(stack, 'cache');
      service(stack, 'web', { env: { CACHE: cache.endpoint('http').url('http') }, startsWithout: [cache] });
    });
    expect([services['web']!.depends_on, services['web']!.networks, services['web']!.environment]).toEqual([undefined, ['web--cache'], { CACHE: 'http://cache:8080' }]);
  });

  test('finds others by their names, with the port that they declare', () => {
    const { services } = composeOf(stack => {
      const db = service(stack, 'mainDb', { ports: { sql: 5432 } }).endpoint('sql');
      service(stack, 'web', { env: { URL: text`postgres://${db}/x`, HOST: db.host, PORT: db.port }, args: [text`--db=${db}`] });
    });
    expect(services['web']).toMatchObject({ environment: { URL: 'postgres://main-db:5432/x', HOST: 'main-db', PORT: '5432' }, command: ['--db=main-db:5432'] });
  });

  test('that scales by itself runs at its minimum, which is reported', () => {
    const { services, notes } = composeOf(stack => { service(stack, 'web', { runs: Workload.service({ replicas: { min: 2, max: 6, cpu: 70 } }) }); });
    expect([services['web']!.deploy!.replicas, notes.map(({ what }) => what)]).toEqual([2, ['Compose does not scale by itself: 2 of at most 6 replicas run; more with: docker compose up --scale web=N']]);
  });
});

describe('work', () => {
  test('once per release runs to its end, and others wait for that', () => {
    const { services } = composeOf(stack => {
      const migrate = new Workload(stack, 'migrate', { image: IMAGE, command: ['migrate'], runs: { kind: 'release', check: undefined } });
      service(stack, 'web', { after: [migrate] });
    });
    expect([services['migrate']!.restart, services['migrate']!.healthcheck, services['migrate']!.deploy!.replicas, services['web']!.depends_on])
      .toEqual(['no', { disable: true }, undefined, { migrate: { condition: 'service_completed_successfully' } }]);
  });

  test('on demand starts only when somebody asks for it', () => {
    const { services } = composeOf(stack => { new Workload(stack, 'shell', { image: IMAGE, command: ['sh'], runs: { kind: 'task' } }); });
    expect([services['shell']!.restart, services['shell']!.profiles]).toEqual(['no', ['tasks']]);
  });

  test('that fills a volume ends before anybody mounts it', () => {
    const { services, volumes } = composeOf(stack => {
      const files = new Volume(stack, 'static', { size: '1Gi', filledBy: { image: Image.registry('example/app:1.0', { ...IMAGE.facts, folders: ['/out'] }), command: ['collect'], path: '/out' } });
      service(stack, 'web', { mounts: [{ volume: files, path: '/srv', readOnly: true }] });
    });
    expect(volumes).toEqual({ static: {} });
    expect(services['static-fill']).toMatchObject({ entrypoint: ['collect'], restart: 'no', volumes: [{ type: 'volume', source: 'static', target: '/out' }] });
    expect(services['web']).toMatchObject({ depends_on: { 'static-fill': { condition: 'service_completed_successfully' } }, volumes: [{ type: 'volume', source: 'static', target: '/srv', read_only: true, volume: { nocopy: true } }] });
  });
});

describe('a health check', () => {
  const testOf = (probes: Parameters<typeof service>[2], tools: Image['facts']['tools']) =>
    composeOf(stack => { service(stack, 'web', { ...probes, image: Image.registry('example/app:1.0', { ...IMAGE.facts, tools }) }); }).services['web']!.healthcheck!.test;
  const http = { probes: HealthProbes.http({ ready: "/it's?a=$b", headers: { Host: 'shop.example' } }) };
  const tcp = { probes: HealthProbes.tcp() };

  test.each<[string, NonNullable<Image['facts']['tools']>, string[]]>([
    ['curl', ['wget', 'curl', 'node'], ['CMD', 'curl', '-fsS', '-o', '/dev/null', '-H', 'Host: shop.example', "http://127.0.0.1:8080/it's?a=$$b"]],
    ['wget', ['shell', 'wget'], ['CMD', 'wget', '-q', '-O', '/dev/null', '--header=Host: shop.example', "http://127.0.0.1:8080/it's?a=$$b"]],
    ['python', ['python'], ['CMD', 'python', '-c', 'import http.client as h; c = h.HTTPConnection(\'127.0.0.1\', 8080); c.request(\'GET\', "/it\'s?a=$$b", headers={"Host":"shop.example"}); exit(c.getresponse().status >= 400)']],
    ['node', ['node'], ['CMD', 'node', '-e', 'require(\'http\').get("http://127.0.0.1:8080/it\'s?a=$$b",{headers:{"Host":"shop.example"}},r=>process.exit(r.statusCode<400?0:1)).on(\'error\',()=>process.exit(1))']],
  ])('over HTTP is made with %s, without a shell', (_, tools, expected) => {
    expect(testOf(http, tools)).toEqual(expected);
  });

  test.each<[string, NonNullable<Image['facts']['tools']>, string[]]>([
    ['nc', ['bash', 'nc'], ['CMD', 'nc', '-z', '127.0.0.1', '8080']],
    ['bash', ['bash'], ['CMD', 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/8080']],
    ['python', ['python'], ['CMD', 'python', '-c', "import socket; socket.create_connection(('127.0.0.1', 8080), 5)"]],
    ['node', ['node'], ['CMD', 'node', '-e', "require('net').connect(8080,'127.0.0.1').on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))"]],
  ])('over TCP is made with %s', (_, tools, expected) => {
    expect(testOf(tcp, tools)).toEqual(expected);
  });

  test('by a program is that program, and needs no tool', () => {
    expect(testOf({ probes: HealthProbes.command(['/bin/check', '$HOME']) }, undefined)).toEqual(['CMD', '/bin/check', '$$HOME']);
  });

  test('asks the port that it names, and else the first', () => {
    const ports = { http: 8080, admin: 9090 };
    expect([testOf({ ports, probes: HealthProbes.tcp() }, ['nc']), testOf({ ports, probes: HealthProbes.tcp({ port: 'admin' }) }, ['nc'])].map(words => words!.at(-1))).toEqual(['8080', '9090']);
  });

  test('is readiness; what of liveness and start-up is lost, is reported', () => {
    const { services, notes } = composeOf(stack => {
      service(stack, 'web', { probes: HealthProbes.http({ ready: '/r', alive: '/a', started: '/s', every: '30s', timeout: '2s', failures: 5, startup: Duration.minutes(2) }) });
    });
    expect(services['web']!.healthcheck).toMatchObject({ interval: '30s', timeout: '2s', retries: 5, start_period: '120s' });
    expect(notes.map(({ field, outcome }) => `${field} ${outcome}`)).toEqual(['probes.alive left-out', 'probes.started approximated']);
  });
});

describe('a published port', () => {
  test('is open on the host itself only, by its own name, and can be moved by a variable', () => {
    const { services, file } = composeOf(stack => {
      const web = service(stack, 'web');
      new Route(stack, 'way-in', { to: web.endpoint('http'), published: 80 });
    });
    expect(services['web']!.ports).toEqual([{ name: 'http', target: 8080, published: '${WEB_HTTP_PORT:-80}', protocol: 'tcp', host_ip: '127.0.0.1' }]);
    expect(file('.env.example')).toContain('# The port of web (http) on this host, for this host only.\n#WEB_HTTP_PORT=80\n');
  });

  test('is open to all where its route is public', () => {
    const { services, file } = composeOf(stack => { new Route(stack, 'way-in', { to: service(stack, 'web', { ports: { http: 8080, quic: { number: 8443, protocol: 'udp' } } }).endpoint('quic'), reach: 'public' }); });
    expect(services['web']!.ports).toEqual([{ name: 'quic', target: 8443, published: '${WEB_QUIC_PORT:-8443}', protocol: 'udp' }]);
    expect(file('.env.example')).toContain('# The port of web (quic) on this host, open to all.\n');
  });

  test('is one for each replica where only this host may use it', () => {
    const { services, notes, file } = composeOf(stack => {
      new Route(stack, 'way-in', { to: service(stack, 'web', { runs: Workload.service({ replicas: 3 }) }).endpoint('http') });
    });
    expect(services['web']).toMatchObject({ ports: [{ published: '${WEB_HTTP_PORT:-8080-8082}' }], deploy: { replicas: 3 } });
    expect(file('.env.example')).toContain('# The ports of web (http) on this host, one for each replica, for this host only.\n#WEB_HTTP_PORT=8080-8082\n');
    expect(notes).toEqual([{ at: 'shop/dev/way-in', field: 'published', target: 'compose', outcome: 'approximated', what: 'a port of the host belongs to one container: each replica has one of 8080-8082' }]);
  });

  test('has room for the most replicas of a span', () => {
    const { services } = composeOf(stack => {
      new Route(stack, 'way-in', { to: service(stack, 'web', { runs: Workload.service({ replicas: { min: 2, max: 4, cpu: 70 } }) }).endpoint('http') });
    });
    expect(services['web']).toMatchObject({ ports: [{ published: '${WEB_HTTP_PORT:-8080-8083}' }], deploy: { replicas: 2 } });
  });

  test('is at an address of the stack of its own, if the target has one', () => {
    const { services, file } = composeOf(stack => { new Route(stack, 'way-in', { to: service(stack, 'web').endpoint('http') }); }, { targets: [new Compose({ loopback: '127.0.0.2' })] });
    expect(services['web']!.ports).toMatchObject([{ host_ip: '127.0.0.2' }]);
    expect(file('.env.example')).toContain('# The port of web (http) on this host, for this host only, at 127.0.0.2.\n');
    expect(file('OPERATIONS.md')).toContain('127.0.0.2');
  });

  test('belongs to one container, so that one replica runs of what is public, which is reported', () => {
    const { services, notes } = composeOf(stack => {
      new Route(stack, 'way-in', { to: service(stack, 'web', { runs: Workload.service({ replicas: 3 }) }).endpoint('http'), reach: 'public' });
    });
    expect([services['web']!.deploy!.replicas, notes.flatMap(({ field, what }) => (field === 'runs.replicas' ? [what] : []))]).toEqual([1, ['a port of the host belongs to one container: one replica runs']]);
  });

  test('answers for every host name, which is reported where a route names some', () => {
    const { notes } = composeOf(stack => { new Route(stack, 'way-in', { to: service(stack, 'web').endpoint('http'), protocol: 'http', hosts: ['shop.example'] }); });
    expect(notes).toEqual([{ at: 'shop/dev/way-in', field: 'hosts', target: 'compose', outcome: 'left-out', what: 'a published port answers for every host name, not only shop.example' }]);
  });
});

describe('the template of .env', () => {
  test('names every variable that the files read, with its default', () => {
    const output = composeOf(stack => {
      const token = new Secret(stack, 'token', { keys: ['value'] });
      const web = service(stack, 'web', { env: { TOKEN: token.key('value') }, mounts: [{ secret: token, path: '/run/secrets' }, { source: 'apps/web', path: '/app' }], resources: { cpu: '1500m', memory: '1Gi' } });
      new Route(stack, 'way-in', { to: web.endpoint('http') });
    });
    expect(output.file('.env.example')).toBe(`# shop/dev: what can be set here. Copy this file to .env and change what differs; nothing has to be.

# The folder with the secrets, absolute or seen from here. Made by: npx compose8s secrets init shop/dev
#SECRETS_DIR=../../../../secrets/shop/dev

# The folder of the project, whose sources are mounted for hot reload.
#PROJECT_DIR=../../../..

# The port of web (http) on this host, for this host only.
#WEB_HTTP_PORT=8080

# The most CPUs of each service. Docker refuses more than this host has.
#WEB_CPUS=1.5

# Secrets are not set here. Each is a file in the folder with the secrets; what programs read from their environment, and what
# tells Compose that a value has changed, is in the file .env there: npx compose8s secrets init shop/dev
#   token/value: made, 32 random characters
#     TOKEN_VALUE
#     TOKEN_REVISION
`);
    expect(output.file('.env.dev.example')).toBe(output.file('.env.example'));
    const read = [...`${output.file('compose.yaml')}${output.file('services.yaml')}`.matchAll(/\$\{(\w+)/g)].map(match => match[1]!);
    expect(read.filter(name => !output.file('.env.example').includes(name))).toEqual([]);
  });
});
