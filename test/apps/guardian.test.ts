import { describe, expect, test } from '@jest/globals';
import { load, loadAll } from 'js-yaml';
import { guardian } from '../../apps/guardian';
import { App, synthesize, type ComposeService } from '../../lib';

const { emissions, problems } = (() => {
  const app = new App();
  guardian(app);
  return synthesize(app);
})();

function filesOf(environment: string, target: string): ReadonlyMap<string, string> {
  const emission = emissions.find(({ graph, target: { name } }) => graph.stack.environment === environment && name === target)!;
  return new Map([...emission.files].flatMap(([path, file]) => ('text' in file ? [[path, file.text] as const] : [])));
}

interface Container {
  readonly image: string; readonly command?: string[]; readonly args?: string[]; readonly env?: { readonly name: string; readonly value?: string }[];
  readonly resources: { readonly limits: object }; readonly readinessProbe?: object; readonly livenessProbe?: object;
}
interface Manifest {
  readonly kind: string; readonly metadata: { readonly name: string }; readonly spec: { readonly schedule?: string; readonly template: { readonly spec: { readonly containers: Container[]; readonly initContainers?: Container[] } } };
  readonly data?: Record<string, string>;
}

function compose(environment: string): { services: Record<string, ComposeService>; networks: Record<string, { ipam: { config: { subnet: string }[] } }>; volumes: object } {
  return load(filesOf(environment, 'compose').get('services.yaml')!) as never;
}

function manifests(environment: string): Manifest[] {
  return [...filesOf(environment, 'kubernetes')].filter(([path]) => path.endsWith('.yaml')).flatMap(([, text]) => loadAll(text) as unknown as Manifest[]);
}

/** The pods of what runs once have a name of their own in each release. */
function containerOf(environment: string, name: string): Container {
  return manifests(environment).find(({ kind, metadata }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind) && metadata.name.replace(/-[0-9a-f]{10}$/, '') === name)!.spec.template.spec.containers[0]!;
}

const ENVIRONMENTS = ['dev', 'prod'];
const PUBLISHED = {
  dev: ['postgres 5433', 'redis 6380', 'web 3001'],
  prod: ['monitoring-alertmanager 9093', 'monitoring-grafana 3000', 'monitoring-prometheus 9090', 'nginx 443', 'nginx 80'],
};
const SECRET = /^\$\{[A-Z_]+:\?make it with: npx compose8s secrets init guardian\/(dev|prod)\}$/;

test('Guardian has no problems', () => {
  expect(problems).toEqual([]);
});

describe.each([
  { environment: 'dev', service: 'web', image: 'guardian:dev', cpus: '2', memory: '3g', memoryOnCluster: '3Gi' },
  { environment: 'prod', service: 'web', image: 'guardian:1.0.0', cpus: '2', memory: '1g', memoryOnCluster: '1Gi' },
  { environment: 'dev', service: 'postgres', image: 'postgres:16-alpine', cpus: '1', memory: '1g', memoryOnCluster: '1Gi' },
  { environment: 'prod', service: 'postgres', image: 'postgres:16-alpine', cpus: '2', memory: '2g', memoryOnCluster: '2Gi' },
  { environment: 'dev', service: 'redis', image: 'redis:7-alpine', cpus: '1', memory: '768m', memoryOnCluster: '768Mi' },
  { environment: 'prod', service: 'redis', image: 'redis:7-alpine', cpus: '1', memory: '768m', memoryOnCluster: '768Mi' },
])('$environment: $service', ({ environment, service, image, cpus, memory, memoryOnCluster }) => {
  test(`runs ${image} with ${cpus} CPU and ${memory}, on both targets`, () => {
    const { image: actual, deploy } = compose(environment).services[service]!;
    expect(actual).toBe(image);
    expect(deploy!.resources!.limits).toMatchObject({ cpus: `\${${service.toUpperCase()}_CPUS:-${cpus}}`, memory });
    expect(containerOf(environment, service).resources.limits).toEqual({ cpu: cpus, memory: memoryOnCluster });
  });
});

test.each([['dev', 2304], ['prod', 768]])('%s: the heap has %d MiB, three quarters of the memory', (environment, heap) => {
  expect(compose(environment).services['web']!.environment).toMatchObject({ NODE_OPTIONS: `--max-old-space-size=${heap}` });
  expect(containerOf(environment, 'web').env).toContainEqual({ name: 'NODE_OPTIONS', value: `--max-old-space-size=${heap}` });
});

describe.each(ENVIRONMENTS)('%s', environment => {
  const files = filesOf(environment, 'compose');
  const { services, networks } = compose(environment);

  test('the program is told of its database with Prisma\'s limits, of Redis, and of its secrets, which stand in no file', () => {
    expect(services['web']!.environment).toMatchObject({
      DATABASE_URL: expect.stringMatching(/@postgres:5432\/guardian(_dev)?\?connection_limit=10&pool_timeout=5$/),
      REDIS_URL: expect.stringMatching(/@redis:6379\/0$/),
      NEXTAUTH_SECRET: expect.stringMatching(SECRET), JWT_SECRET: expect.stringMatching(SECRET),
    });
    expect(containerOf(environment, 'web').env).toContainEqual({ name: 'JWT_SECRET', valueFrom: { secretKeyRef: { name: 'auth', key: 'jwt-secret' } } });
  });

  test('the template of settings says how each secret is made: 32 characters, and twice 64 hexadecimal digits', () => {
    const template = files.get('.env.example')!;
    for (const line of ['postgres-credentials/password: made, 32 random characters', 'auth/nextauth-secret: made, 32 random bytes in hexadecimal', 'auth/jwt-secret: made, 32 random bytes in hexadecimal']) expect(template).toContain(line);
    expect(template).toContain(`npx compose8s secrets init guardian/${environment}`);
  });

  test('every published port can be moved by a variable, which the template names', () => {
    const ports = Object.entries(services).flatMap(([service, { ports: all = [] }]) => all.map(port => [service, (port as { published: string }).published] as const));
    const numbers = ports.map(([service, published]) => `${service} ${/^\$\{[A-Z_]+_PORT:-(\d+)\}$/.exec(published)![1]}`);
    expect(numbers.sort()).toEqual(PUBLISHED[environment as 'dev' | 'prod']);
    for (const [, published] of ports) expect(files.get('.env.example')).toContain(`\n#${/\{(\w+)/.exec(published)![1]}=`);
  });

  test('init-db.sql makes the extensions and sets the time zone; the server loads what counts queries', () => {
    for (const sql of [files.get('config/postgres-init/init-db.sql')!, manifests(environment).find(({ data }) => data?.['init-db.sql'])!.data!['init-db.sql']!]) {
      for (const line of ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp";', 'CREATE EXTENSION IF NOT EXISTS pg_trgm;', 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements;', "SET timezone TO 'UTC';"]) expect(sql).toContain(line);
    }
    expect(services['postgres']!.configs).toContainEqual({ source: 'postgres-init.init-db.sql', target: '/docker-entrypoint-initdb.d/init-db.sql' });
    for (const line of ["shared_preload_libraries = 'pg_stat_statements'\n", "timezone = 'UTC'\n"]) expect(files.get('config/postgres-config/postgresql.conf')).toContain(line);
  });

  test('Redis holds 512 MB, forgets the least recently used, and keeps an append-only file', () => {
    for (const line of [`maxmemory ${512 * 2 ** 20}\n`, 'maxmemory-policy allkeys-lru\n', 'appendonly yes\n']) expect(files.get('config/redis-config/redis.conf')).toContain(line);
  });

  test('migrations run before the program, once, and on a cluster new pods wait for them', () => {
    expect(services['migrate']).toMatchObject({ entrypoint: ['node_modules/.bin/prisma', 'migrate', 'deploy'], working_dir: '/app/prisma', depends_on: { postgres: { condition: 'service_healthy' } } });
    expect(services['web']!.depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' } });
    expect(containerOf(environment, 'migrate').command).toEqual(['node_modules/.bin/prisma', 'migrate', 'deploy']);
    const { initContainers } = manifests(environment).find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'web')!.spec.template.spec;
    expect(JSON.stringify(initContainers)).toContain('node_modules/.bin/prisma');
    expect(JSON.stringify(initContainers)).toContain('status');
  });

  test('it is asked every 30 s for at most 10 s, after a start of 60 s, and given up after 3 failures', () => {
    expect(services['web']!.healthcheck).toEqual({ test: ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:3000/api/ready'], interval: '30s', timeout: '10s', start_period: '60s', retries: 3 });
    expect(files.get('images/guardian/Dockerfile')).toContain('HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \\\n  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/api/live"]');
    const timing = { periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 3 };
    expect(containerOf(environment, 'web')).toMatchObject({ readinessProbe: { httpGet: { path: '/api/ready' }, ...timing }, livenessProbe: { httpGet: { path: '/api/live' }, ...timing } });
  });

  test('every log is kept in 3 files of 10 MB', () => {
    for (const [service, { logging }] of Object.entries(services)) expect({ service, logging }).toEqual({ service, logging: { driver: 'json-file', options: { 'max-size': '10000000b', 'max-file': '3' } } });
  });

  test('its networks are numbered from its own half of 172.24.0.0/16', () => {
    const thirds = Object.values(networks).map(({ ipam }) => Number(ipam.config[0]!.subnet.match(/^172\.24\.(\d+)\./)![1]));
    expect(thirds.every(third => third < 128)).toBe(environment === 'dev');
    expect(thirds.every(third => third >= 128)).toBe(environment === 'prod');
  });
});

describe('the image', () => {
  const dockerfile = filesOf('prod', 'compose').get('images/guardian/Dockerfile')!;
  const stageOf = (name: string) => dockerfile.split(/^(?=FROM )/m).find(stage => stage.split('\n')[0]!.endsWith(` AS ${name}`))!;

  test('has three stages on node:20-alpine, and one for developers', () => {
    expect(dockerfile.match(/^FROM .*$/gm)).toEqual(['FROM node:20-alpine AS deps', 'FROM deps AS builder', 'FROM node:20-alpine AS runner', 'FROM deps AS development']);
  });

  test('installs with pnpm 9 what the lock file says, and Chromium for Playwright, before the sources are there', () => {
    expect(stageOf('deps')).toContain('npm install --global pnpm@9.');
    expect(stageOf('deps')).toContain('apk add --no-cache chromium\n');
    expect(stageOf('deps').indexOf('pnpm install --frozen-lockfile')).toBeGreaterThan(0);
    expect(stageOf('deps')).not.toContain('COPY . .');
  });

  test('makes Prisma\'s client, then builds', () => {
    expect(stageOf('builder')).toMatch(/COPY \. \.\n[^]*prisma generate\n[^]*pnpm run build/);
  });

  test('runs as user 1001 under dumb-init, with what was built and no packages of developers', () => {
    const runner = stageOf('runner');
    for (const line of ['USER 1001:1001', 'ENTRYPOINT ["dumb-init", "--"]', 'CMD ["node", "server.js"]', 'EXPOSE 3000', 'COPY --from=builder /app/.next/standalone ./']) expect(runner).toContain(`${line}\n`);
    for (const word of ['chromium', 'pnpm', 'COPY . .']) expect(runner).not.toContain(word);
    expect(compose('prod').services['web']!.user).toBe('1001:1001');
  });
});

describe('dev', () => {
  const { web, migrate } = compose('dev').services;

  test('the sources are mounted into the development server, which logs every query', () => {
    expect(web!.volumes).toEqual([expect.objectContaining({ type: 'bind', source: '${PROJECT_DIR:-../../../..}/apps/guardian/app/src', target: '/app/src', read_only: true })]);
    expect(web!.environment).toMatchObject({ QUERY_LOG: '1' });
    expect([web!.build, migrate!.build].filter(Boolean)).toEqual([expect.objectContaining({ target: 'development' })]);
    expect(filesOf('dev', 'compose').get('images/guardian/Dockerfile')).toMatch(/CMD \["node_modules\/\.bin\/next", "dev", [^\n]*\]/);
  });

  test('every port is for this machine only, and another than those of production', () => {
    const ports = (environment: string) => Object.values(compose(environment).services).flatMap(({ ports: all = [] }) => all as { published: string; host_ip?: string }[]);
    for (const { host_ip: address } of ports('dev')) expect(address).toBe('127.0.0.1');
    const numbers = (environment: string) => ports(environment).map(({ published }) => /\d+/.exec(published)![0]);
    expect(numbers('dev').filter(number => numbers('prod').includes(number))).toEqual([]);
  });
});

describe('prod', () => {
  const files = filesOf('prod', 'compose');
  const { services } = compose('prod');

  test('only nginx is open to all', () => {
    const open = Object.entries(services).filter(([, { ports = [] }]) => (ports as { host_ip?: string }[]).some(({ host_ip: address }) => address === undefined));
    expect(open.map(([service]) => service)).toEqual(['nginx']);
    expect(services['web']!.ports).toBeUndefined();
  });

  test.each([
    ['compose', () => files.get('config/monitoring-prometheus-config/rules.yml')],
    ['kubernetes', () => manifests('prod').map(({ data }) => data?.['rules.yml']).find(Boolean)],
  ])('%s: it alerts on a p95 over 200 ms, and on more than 1 %% of errors', (_, rules) => {
    expect(rules()).toContain('histogram_quantile(0.95, sum by (service, job, le) (rate(http_request_duration_seconds_bucket[5m]))) > 0.2"');
    expect(rules()).toMatch(/alert: "RequestErrors"\n +expr: .*http_request_duration_seconds_count\{status=~\\"5\.\.\\"\}.* > 0\.01"/);
    expect(rules()).toMatch(/alert: "SlowRequests"/);
  });

  test('Prometheus asks the program for its metrics', () => {
    expect(files.get('config/monitoring-prometheus-config/prometheus.yml')).toContain('/api/metrics');
  });

  test('there is a backup every night', () => {
    expect(files.get('config/backup-schedule/crontab')).toContain('30 2 * * * ');
    expect(manifests('prod').find(({ kind, metadata }) => kind === 'CronJob' && metadata.name === 'backup')!.spec.schedule).toBe('30 2 * * *');
  });
});
