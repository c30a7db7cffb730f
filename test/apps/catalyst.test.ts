import { describe, expect, test } from '@jest/globals';
import { load, loadAll } from 'js-yaml';
import { catalyst } from '../../apps/catalyst';
import { App, synthesize } from '../../lib';

const { emissions, problems } = (() => {
  const app = new App();
  catalyst(app);
  return synthesize(app);
})();

function filesOf(environment: string, target: string): ReadonlyMap<string, string> {
  const emission = emissions.find(({ graph, target: { name } }) => graph.stack.environment === environment && name === target)!;
  return new Map([...emission.files].flatMap(([path, file]) => ('text' in file ? [[path, file.text] as const] : [])));
}

interface Service {
  readonly image: string; readonly build: { readonly target: string }; readonly restart: string; readonly environment: Record<string, string>; readonly networks: string[]; readonly command?: string[];
  readonly ports?: { readonly published: string; readonly host_ip?: string }[];
  readonly volumes?: { readonly source: string; readonly target: string; readonly type: string }[];
  readonly healthcheck: object; readonly stop_grace_period: string;
  readonly deploy: { readonly replicas: number; readonly resources: { readonly limits: object } };
}
interface Container { readonly resources: { readonly limits: object }; readonly readinessProbe: object; readonly livenessProbe: object; readonly lifecycle: object; readonly volumeMounts: readonly object[] }
interface Manifest { readonly kind: string; readonly metadata: { readonly name: string }; readonly spec: { readonly replicas: number; readonly schedule?: string; readonly template: { readonly spec: { readonly containers: readonly Container[] } } } }

function compose(environment: string): { services: Record<string, Service>; networks: Record<string, { ipam: { config: { subnet: string }[] } }> } {
  return load(filesOf(environment, 'compose').get('services.yaml')!) as never;
}

function manifest(environment: string, kinds: readonly string[], name: string): Manifest {
  const all = [...filesOf(environment, 'kubernetes')].filter(([path]) => path.endsWith('.yaml')).flatMap(([, text]) => loadAll(text) as unknown as Manifest[]);
  return all.find(({ kind, metadata }) => kinds.includes(kind) && metadata.name === name)!;
}

const pods = (environment: string, name: string) => manifest(environment, ['Deployment', 'StatefulSet'], name).spec.template.spec.containers[0]!;

test('Catalyst has no problems', () => {
  expect(problems).toEqual([]);
});

describe.each([
  { environment: 'dev', service: 'catalyst-backend', image: 'catalyst:dev', published: [8000, 5678] },
  { environment: 'dev', service: 'postgres', image: 'postgres:15-alpine', published: [5432] },
  { environment: 'dev', service: 'redis', image: 'redis:7-alpine', published: [6379] },
  { environment: 'prod', service: 'nginx', image: 'nginx:1.30-alpine', published: [80, 443] },
  { environment: 'prod', service: 'catalyst-backend', image: 'catalyst:1.0.0', published: [] },
  { environment: 'prod', service: 'postgres', image: 'postgres:15-alpine', published: [] },
  { environment: 'prod', service: 'redis', image: 'redis:7-alpine', published: [] },
  { environment: 'prod', service: 'monitoring-prometheus', image: 'prom/prometheus:v3.15.0', published: [9090] },
  { environment: 'prod', service: 'monitoring-grafana', image: 'grafana/grafana:13.3.0', published: [3000] },
])('$environment: $service', ({ environment, service, image, published }) => {
  const { image: actual, ports = [], restart } = compose(environment).services[service]!;

  test(`runs ${image}, and is restarted unless somebody stopped it`, () => {
    expect([actual, restart]).toEqual([image, 'unless-stopped']);
  });

  test(`publishes ${published.join(' and ') || 'nothing'}${service === 'nginx' ? '' : ', on this machine only'}`, () => {
    expect(ports.map(port => Number(/:-(\d+)\}/.exec(port.published)![1]))).toEqual(published);
    for (const { host_ip: address } of ports) expect(address).toBe(service === 'nginx' ? undefined : '127.0.0.1');
  });
});

describe.each([
  { environment: 'dev', services: ['catalyst-backend', 'postgres', 'redis'], range: /^172\.27\.([1-9]?\d|1[01]\d|12[0-7])\./ },
  {
    environment: 'prod', range: /^172\.27\.(12[89]|1[3-9]\d|2\d\d)\.\d+/,
    services: ['backup', 'catalyst-backend', 'nginx', 'postgres', 'redis', ...['alertmanager', 'backup-exporter', 'blackbox', 'grafana', 'host', 'nginx-exporter', 'postgres-exporter', 'prometheus', 'redis-exporter'].map(name => `monitoring-${name}`)],
  },
])('$environment', ({ environment, services, range }) => {
  const { services: all, networks } = compose(environment);

  test(`goes on running ${services.length} services, each with a health check and limits on both targets`, () => {
    const lasting = Object.keys(all).filter(name => all[name]!.restart === 'unless-stopped');
    expect(lasting.sort()).toEqual([...services].sort());
    for (const name of lasting) {
      expect(all[name]!.healthcheck).toMatchObject({ test: expect.any(Array), interval: expect.any(String) });
      expect(all[name]!.deploy.resources.limits).toMatchObject({ cpus: expect.any(String), memory: expect.any(String), pids: expect.any(Number) });
      if (name !== 'backup') expect(pods(environment, name).resources.limits).toMatchObject({ cpu: expect.anything(), memory: expect.any(String) });
    }
  });

  test('every network lies in its half of 172.27.0.0/16', () => {
    for (const { ipam } of Object.values(networks)) expect(ipam.config[0]!.subnet).toMatch(range);
  });

  test('the backend is asked for `/health` every 30 s, with 10 s to answer, 3 tries, and 30 s to start', () => {
    expect(all['catalyst-backend']!.healthcheck).toEqual({
      test: ['CMD', 'curl', '-fsS', '-o', '/dev/null', 'http://127.0.0.1:8000/health'], interval: '30s', timeout: '10s', retries: 3, start_period: '30s',
    });
    expect(pods(environment, 'catalyst-backend')).toMatchObject({
      readinessProbe: { httpGet: { path: '/health' }, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 3 },
      livenessProbe: { httpGet: { path: '/health/live' }, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 3 },
    });
  });

  test('Postgres runs init scripts on an empty database', () => {
    for (const file of ['10-extensions.sql', '20-documents.sql']) {
      expect(filesOf(environment, 'compose').get(`config/postgres-init/${file}`)).toContain('CREATE');
      expect(pods(environment, 'postgres').volumeMounts).toContainEqual(expect.objectContaining({ mountPath: `/docker-entrypoint-initdb.d/${file}` }));
    }
  });
});

describe('the image', () => {
  const dockerfile = filesOf('prod', 'compose').get('images/catalyst/Dockerfile')!;
  const stages = Object.fromEntries(dockerfile.split(/^FROM /m).slice(1).map(stage => [/^\S+ AS (\S+)/.exec(stage)![1]!, stage]));

  test('goes from its base to production to development', () => {
    expect(dockerfile.match(/^FROM .*$/gm)).toEqual([
      'FROM python:3.11-slim AS builder', 'FROM builder AS development-builder', 'FROM python:3.11-slim AS production', 'FROM production AS development',
    ]);
  });

  test.each([
    { stage: 'builder', packages: 'build-essential libpq-dev libjpeg-dev libpng-dev' },
    { stage: 'production', packages: 'ca-certificates tesseract-ocr tesseract-ocr-eng libpq5 curl' },
    { stage: 'development', packages: 'postgresql-client git' },
  ])('$stage has $packages, and nothing else', ({ stage, packages }) => {
    expect(stages[stage]!.match(/apt-get install .*?(?= \\)/g)).toEqual([`apt-get install --yes --no-install-recommends ${packages}`]);
  });

  test('is run by `app`, 1000:1000', () => {
    expect(stages['production']).toContain('groupadd --gid 1000 app');
    for (const stage of ['production', 'development']) expect(stages[stage]!.match(/^USER .*$/gm)!.at(-1)).toBe('USER 1000:1000');
  });

  test('is asked for its health every 30 s, by a page that wants no database: a container by itself has none', () => {
    expect(stages['production']).toContain('HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \\\n  CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8000/health/live"]\n');
  });

  test('has Gunicorn with 4 workers of Uvicorn in production', () => {
    expect(stages['production']).toContain('CMD ["gunicorn", "catalyst.main:app", "--bind", "0.0.0.0:8000", "--workers", "4", "--worker-class", "uvicorn_worker.UvicornWorker", "--worker-tmp-dir", "/dev/shm", "--timeout", "120", "--graceful-timeout", "30", "--keep-alive", "5", "--max-requests", "1000", "--max-requests-jitter", "100", "--no-control-socket"]');
  });

  test('has Uvicorn with reload, below a debugger, in development', () => {
    expect(stages['development']).toContain('CMD ["python", "-m", "debugpy", "--listen", "0.0.0.0:5678", "-m", "uvicorn", "catalyst.main:app", "--host", "0.0.0.0", "--port", "8000", "--reload"');
    expect(['dev', 'prod'].map(environment => compose(environment).services['catalyst-backend']!.build.target)).toEqual(['development', 'production']);
  });
});

describe('dev', () => {
  test('the sources are mounted', () => {
    expect(compose('dev').services['catalyst-backend']!.volumes).toContainEqual(expect.objectContaining({ type: 'bind', source: '${PROJECT_DIR:-../../../..}/apps/catalyst/app', target: '/app' }));
  });
});

describe('prod', () => {
  const { services } = compose('prod');
  const files = filesOf('prod', 'compose');

  test('three backends stand behind nginx, which alone leads to them', () => {
    expect(services['catalyst-backend']!.deploy.replicas).toBe(3);
    expect(manifest('prod', ['Deployment'], 'catalyst-backend').spec.replicas).toBe(3);
    const neighbours = Object.keys(services).filter(name => name !== 'catalyst-backend' && services[name]!.networks?.some(network => services['catalyst-backend']!.networks.includes(network)));
    expect(neighbours.sort()).toEqual(['monitoring-blackbox', 'monitoring-prometheus', 'nginx', 'postgres', 'redis']);
  });

  test('nginx asks each whether it is ready, and may repeat whatever one leaves unanswered', () => {
    expect(files.get('config/nginx-config/upstreams')).toBe('catalyst_backend_http catalyst-backend 8000 10 /health\n');
    expect(files.get('config/nginx-config/site.conf')).toMatch(/location \/api\/ \{[^}]*proxy_next_upstream error timeout non_idempotent;/);
  });

  test('one that is told to stop has time for what it has begun; on a cluster, first to be heard of', () => {
    expect(services['catalyst-backend']!.stop_grace_period).toBe('35s');
    expect(manifest('prod', ['Deployment'], 'catalyst-backend').spec.template.spec).toMatchObject({ terminationGracePeriodSeconds: 40 });
    expect(pods('prod', 'catalyst-backend').lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } });
  });

  test('Prometheus scrapes each backend, Grafana has dashboards, and rules raise alerts', () => {
    const config = load(files.get('config/monitoring-prometheus-config/prometheus.yml')!) as { scrape_configs: { job_name: string; dns_sd_configs?: object[]; static_configs?: { targets: string[] }[] }[] };
    expect(config.scrape_configs.find(job => job.job_name === 'app')!.dns_sd_configs).toEqual([{ names: ['catalyst-backend'], type: 'A', port: 8000 }]);
    const dashboards = [...files.keys()].filter(path => path.startsWith('config/monitoring-grafana-dashboards/')).map(path => path.split('/').at(-1));
    expect(dashboards).toEqual(expect.arrayContaining(['system.json', 'requests.json', 'postgres.json', 'redis.json', 'nginx.json', 'backup.json']));
    // Nothing stands at the root.
    expect(config.scrape_configs.find(job => job.job_name === 'public public')!.static_configs![0]!.targets).toEqual(['https://nginx:8443/health']);
    expect(files.get('config/monitoring-prometheus-config/rules.yml')).toContain('alert: "ServiceDown"');
  });

  test('the database is backed up daily', () => {
    expect(files.get('config/backup-schedule/crontab')).toContain('0 2 * * * ');
    expect(manifest('prod', ['CronJob'], 'backup').spec.schedule).toBe('0 2 * * *');
  });

  test('settings are in an example of `.env`', () => {
    for (const name of ['NGINX_HTTPS_PORT', 'MONITORING_PROMETHEUS_HTTP_PORT', 'MONITORING_GRAFANA_HTTP_PORT', 'CATALYST_BACKEND_CPUS', 'SECRETS_DIR']) expect(files.get('.env.example')).toContain(`#${name}=`);
  });
});
