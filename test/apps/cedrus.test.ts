import { describe, expect, test } from '@jest/globals';
import { load, loadAll } from 'js-yaml';
import { cedrus, observedCedrus } from '../../apps/cedrus';
import { App, strict, synthesize } from '../../lib';

const { emissions, problems, notes } = (() => {
  const app = new App();
  cedrus(app);
  observedCedrus(app);
  return synthesize(app);
})();

function filesOf(environment: string, target: string): ReadonlyMap<string, string> {
  const emission = emissions.find(({ graph, target: { name } }) => graph.stack.environment === environment && name === target)!;
  return new Map([...emission.files].flatMap(([path, file]) => ('text' in file ? [[path, file.text] as const] : [])));
}

interface Service {
  readonly image: string; readonly command?: string[]; readonly ports?: { readonly published: string; readonly host_ip?: string }[]; readonly restart: string; readonly profiles?: string[]; readonly networks: string[];
  readonly environment: Record<string, string>; readonly volumes?: { readonly source: string; readonly target: string; readonly type: string }[];
  readonly healthcheck: { readonly test: string[]; readonly interval: string };
  readonly deploy: { readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } };
}
interface Manifest { readonly kind: string; readonly metadata: { readonly name: string }; readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly resources: { readonly limits: object } }[] } } } }

function compose(environment: string): { services: Record<string, Service>; networks: Record<string, { internal?: boolean; ipam: { config: { subnet: string }[] } }>; volumes: Record<string, object> } {
  return load(filesOf(environment, 'compose').get('services.yaml')!) as never;
}

function manifests(environment: string): Manifest[] {
  return [...filesOf(environment, 'kubernetes')].filter(([path]) => path.endsWith('.yaml')).flatMap(([, text]) => loadAll(text) as unknown as Manifest[]);
}

function limitsOnCluster(environment: string, name: string): object {
  return manifests(environment).find(({ kind, metadata }) => ['Deployment', 'StatefulSet'].includes(kind) && metadata.name === name)!.spec.template.spec.containers[0]!.resources.limits;
}

test('every difference between the targets of Cedrus is decided upon', () => expect(strict(notes)).toEqual([]));

test('Cedrus has no problems', () => {
  expect(problems).toEqual([]);
});

describe.each([
  { environment: 'dev', service: 'web', image: 'cedrus:dev', cpus: '2', memory: '2g', memoryOnCluster: '2Gi', published: [8000] },
  { environment: 'dev', service: 'postgres', image: 'postgres:16-alpine', cpus: '2', memory: '2g', memoryOnCluster: '2Gi', published: [5432] },
  { environment: 'dev', service: 'redis', image: 'redis:7-alpine', cpus: '1', memory: '512m', memoryOnCluster: '512Mi', published: [6379] },
  { environment: 'dev', service: 'adminer', image: 'adminer:5', cpus: '0.5', memory: '256m', memoryOnCluster: '256Mi', published: [8080] },
  { environment: 'prod', service: 'nginx', image: 'nginx:1.25-alpine', cpus: '2', memory: '512m', memoryOnCluster: '512Mi', published: [80, 443] },
  { environment: 'prod', service: 'web', image: 'cedrus:1.0.0', cpus: '4', memory: '4g', memoryOnCluster: '4Gi', published: [] },
  { environment: 'prod', service: 'postgres', image: 'postgres:16-alpine', cpus: '4', memory: '4g', memoryOnCluster: '4Gi', published: [] },
  { environment: 'prod', service: 'redis', image: 'redis:7-alpine', cpus: '2', memory: '1536m', memoryOnCluster: '1536Mi', published: [] },
])('$environment: $service', ({ environment, service, image, cpus, memory, memoryOnCluster, published }) => {
  test(`runs ${image} with ${cpus} CPU and ${memory}, on both targets`, () => {
    const { image: actual, deploy: { resources: { limits } } } = compose(environment).services[service]!;
    expect(actual).toBe(image);
    expect(limits).toMatchObject({ cpus: `\${${service.toUpperCase()}_CPUS:-${cpus}}`, memory });
    expect(limitsOnCluster(environment, service)).toEqual({ cpu: cpus === '0.5' ? '500m' : cpus, memory: memoryOnCluster });
  });

  test(`publishes ${published.join(' and ') || 'nothing'}${environment === 'dev' ? ', on this machine only' : ''}`, () => {
    const ports = compose(environment).services[service]!.ports ?? [];
    expect(ports.map(port => Number(/:-(\d+)\}/.exec(port.published)![1]))).toEqual(published);
    for (const { host_ip: address } of ports) expect(address).toBe(environment === 'dev' ? '127.0.0.1' : undefined);
  });
});

describe('dev', () => {
  const { services, networks, volumes } = compose('dev');

  test('the source is mounted into the development server', () => {
    expect(services['web']!.volumes).toContainEqual(expect.objectContaining({ type: 'bind', source: '${PROJECT_DIR:-../../../..}/apps/cedrus/app', target: '/app' }));
    expect(filesOf('dev', 'compose').get('images/cedrus/Dockerfile')).toContain('CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]');
    expect(services['web']!.environment).toMatchObject({ DEBUG: '1', DATABASE_URL: expect.stringContaining('@postgres:5432/cedrus_dev'), REDIS_URL: expect.stringContaining('@redis:6379/0') });
  });

  test('every network lies in 172.20.0.0/16', () => {
    for (const { ipam } of Object.values(networks)) expect(ipam.config[0]!.subnet).toMatch(/^172\.20\./);
  });

  test('Postgres and Redis are asked every 10 s', () => {
    expect(services['postgres']!.healthcheck).toMatchObject({ test: expect.arrayContaining(['pg_isready']), interval: '10s' });
    expect(services['redis']!.healthcheck.interval).toBe('10s');
    expect(filesOf('dev', 'compose').get('config/redis-scripts/health')).toContain('redis-cli -h 127.0.0.1 ping');
  });

  test('data, media and static files are kept in volumes', () => {
    expect(Object.keys(volumes).sort()).toEqual(['media-files', 'postgres-data', 'redis-data', 'static-files']);
  });

  test('Redis keeps an append-only file and snapshots, and forgets the least recently used beyond 256 MB', () => {
    const conf = filesOf('dev', 'compose').get('config/redis-config/redis.conf')!;
    for (const line of ['appendonly yes', 'save 3600 1 300 100 60 10000', `maxmemory ${256 * 2 ** 20}`, 'maxmemory-policy allkeys-lru']) expect(conf).toContain(line);
  });
});

/** Those that go on running: neither what runs once for each release nor what runs on demand. */
function running(environment: string): string[] {
  return Object.entries(compose(environment).services).filter(([, { restart, profiles }]) => restart !== 'no' && !profiles).map(([name]) => name).sort();
}

const FIVE = ['backup', 'nginx', 'postgres', 'redis', 'web'];

describe('prod', () => {
  const files = filesOf('prod', 'compose');
  const { services, networks } = compose('prod');

  test('has the five services of the system, and no other', () => expect(running('prod')).toEqual(FIVE));

  test('the frontend is numbered from 172.21.0.0/24, the backend from 172.22.0.0/24 without a way out', () => {
    expect(networks['nginx-published']!.ipam.config[0]!.subnet).toMatch(/^172\.21\.0\./);
    const backend = Object.entries(networks).filter(([name]) => name !== 'nginx-published');
    expect(backend.length).toBeGreaterThan(4);
    for (const [, network] of backend) expect(network).toMatchObject({ internal: true, ipam: { config: [{ subnet: expect.stringMatching(/^172\.22\.0\./) }] } });
  });

  test('Postgres and Redis share networks with those that use them, and with nobody else', () => {
    const neighbours = (name: string) => Object.keys(services).filter(other => other !== name && services[other]!.networks?.some(network => services[name]!.networks.includes(network)));
    expect(neighbours('postgres').sort()).toEqual(['backup', 'backup-drill', 'backup-restore', 'migrate', 'web']);
    expect(neighbours('redis').sort()).toEqual(['migrate', 'web']);
    expect(neighbours('nginx')).toEqual(['web']);
  });

  test('Gunicorn runs as the system wants it', () => {
    expect(files.get('images/cedrus/Dockerfile')).toContain('CMD ["gunicorn", "cedrus.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "4", "--worker-class", "sync", "--worker-tmp-dir", "/dev/shm", "--timeout", "30", "--graceful-timeout", "30", "--keep-alive", "5", "--max-requests", "1000", "--max-requests-jitter", "50", "--no-control-socket"]');
    expect(services['web']!.restart).toBe('on-failure:3');
  });

  test('the image has its health check, labels, numeric user and the packages of its stages', () => {
    const dockerfile = files.get('images/cedrus/Dockerfile')!;
    const [builder, production] = dockerfile.split(/^FROM .*$/m).slice(1);
    expect(dockerfile.match(/^FROM .*$/gm)).toEqual(['FROM python:3.13-slim-bookworm AS builder', 'FROM python:3.13-slim-bookworm AS production', 'FROM production AS development']);
    expect(builder).toContain('gcc g++ libpq-dev');
    expect(builder!.indexOf('COPY requirements.txt')).toBeLessThan(builder!.indexOf('pip install'));
    expect(production).toContain('ca-certificates libpq5 curl');
    expect(production).toMatch(/HEALTHCHECK [^\n]*\\\n {2}CMD \["curl", "-fsS", "-o", "\/dev\/null", "http:\/\/127\.0\.0\.1:8000\/health\/"\]/);
    expect(production).toContain('org.opencontainers.image.title="cedrus"');
    expect(production).toContain('USER 1000:1000');
  });

  test('postgresql.conf has the figures of the system', () => {
    const conf = files.get('config/postgres-config/postgresql.conf')!;
    for (const [name, value] of Object.entries({
      shared_buffers: '2GB', effective_cache_size: '6GB', work_mem: '50MB', maintenance_work_mem: '512MB', max_connections: '200',
      wal_buffers: '16MB', checkpoint_completion_target: '0.9', random_page_cost: '1.1', effective_io_concurrency: '200',
    })) expect(conf).toContain(`${name} = '${value}'\n`);
    expect(services['postgres']!.environment).toMatchObject({ POSTGRES_DB: 'cedrus_prod', POSTGRES_USER: 'cedrus_prod', POSTGRES_INITDB_ARGS: expect.stringContaining('--data-checksums') });
  });

  test('nginx.conf has the figures of the system', () => {
    const conf = files.get('config/nginx-config/nginx.conf')!;
    for (const line of ['sendfile on;', 'keepalive_timeout 65s;', 'client_max_body_size 50m;', 'error_log stderr warn;', 'gzip on;']) expect(conf).toMatch(new RegExp(`^ *${line}$`, 'm'));
    expect(/^ {4}gzip_types (.*);$/m.exec(conf)![1]!.split(' ')).toEqual(expect.arrayContaining(['text/css', 'text/javascript', 'application/javascript', 'application/json', 'text/xml', 'application/xml']));
    expect(/^ {4}upstream web_http \{([^}]*)\}/m.exec(conf)![1]).toMatch(/^ *keepalive 32;$/m);
  });

  test('redis.conf has the figures of the system', () => {
    const lines = files.get('config/redis-config/redis.conf')!.split('\n');
    expect(lines).toEqual(expect.arrayContaining(['appendonly yes', 'save 3600 1 300 100 60 10000', `maxmemory ${2 ** 30}`, 'maxmemory-policy allkeys-lru']));
  });

  test('the backup runs daily at 02:00 and keeps 30 days', () => {
    expect(files.get('config/backup-schedule/crontab')).toContain('0 2 * * * ');
    expect(services['backup']!.environment).toMatchObject({ BACKUP_NAME: 'cedrus_backup', BACKUP_RETENTION_DAYS: '30' });
    expect(manifests('prod').find(({ kind, metadata }) => kind === 'CronJob' && metadata.name === 'backup')).toMatchObject({ spec: { schedule: '0 2 * * *', timeZone: 'UTC', concurrencyPolicy: 'Forbid' } });
  });

  test('settings that could exceed the limit are said to be accepted', () => {
    expect(notes.filter(({ at, field }) => at === 'cedrus/prod/postgres' && field === 'loosened.accepted').map(({ target }) => target)).toEqual(['compose', 'kubernetes']);
  });
});

describe('observed', () => {
  const { services, networks } = compose('observed');
  const prometheus = filesOf('observed', 'compose').get('config/monitoring-prometheus-config/prometheus.yml')!;

  test('has the five of prod, each as it is there, and beside them what watches it', () => {
    const partsOf = (environment: string, name: string): object => {
      const { image, command, environment: variables, ports, restart, healthcheck, deploy, volumes } = compose(environment).services[name]!;
      return JSON.parse(JSON.stringify({ image, command, variables, ports, restart, healthcheck, deploy, volumes }).replace(new RegExp(`cedrus([-/])${environment}\\b`, 'g'), 'cedrus$1')) as object;
    };
    for (const name of FIVE) expect([name, partsOf('observed', name)]).toEqual([name, partsOf('prod', name)]);
    expect(running('observed').filter(name => !name.startsWith('monitoring-'))).toEqual(FIVE);
    expect(running('observed')).toEqual(expect.arrayContaining(['prometheus', 'alertmanager', 'grafana', 'postgres-exporter', 'redis-exporter', 'nginx-exporter', 'backup-exporter', 'blackbox', 'host'].map(name => `monitoring-${name}`)));
  });

  test('every service is asked for by Prometheus', () => {
    for (const name of FIVE) expect(prometheus).toMatch(new RegExp(`service: ['"]?${name}\\b`));
  });

  test('only operators come to Prometheus and Grafana, from the machine itself', () => {
    for (const [name, port] of [['prometheus', 9090], ['grafana', 3000]] as const) {
      expect(services[`monitoring-${name}`]!.ports).toEqual([expect.objectContaining({ published: `\${MONITORING_${name.toUpperCase()}_HTTP_PORT:-${port}}`, host_ip: '127.0.0.1' })]);
    }
  });

  test('nothing of the system reaches the internet; what tells people of alerts does', () => {
    const outward = (name: string) => services[name]!.networks.filter(network => !networks[network]!.internal);
    for (const name of ['web', 'postgres', 'redis', 'backup', 'monitoring-prometheus', 'monitoring-postgres-exporter']) {
      expect([name, outward(name).filter(network => !network.endsWith('-published'))]).toEqual([name, []]);
    }
    expect(outward('monitoring-alertmanager')).not.toEqual([]);
  });
});
