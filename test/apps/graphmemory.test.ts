import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { graphMemory } from '../../apps/graphmemory';
import { App, Compose, Kubernetes, synthesize, type Stack } from '../../lib';
import { Template } from 'compose8s/testing';
import 'compose8s/testing/jest';

const app = new App();
graphMemory(app);
const stackOf = (environment: string) => app.node.findAll().find(({ node }) => node.path === `graphmemory/${environment}`) as Stack;
const stacks = { dev: stackOf('dev'), prod: stackOf('prod') };
const onCompose = { dev: Template.of(stacks.dev, new Compose()), prod: Template.of(stacks.prod, new Compose()) };
const onCluster = { dev: Template.of(stacks.dev, new Kubernetes()), prod: Template.of(stacks.prod, new Kubernetes({ registry: 'registry.example' })) };

const ENVIRONMENTS = ['dev', 'prod'] as const;
const OWN = ['api', 'dashboard', 'analytics'] as const;
const dockerfile = (program: string) => onCompose.prod.file(`images/graphmemory-${program}/Dockerfile`);

test('GraphMemory has no problems', () => {
  expect(synthesize(app).problems).toEqual([]);
});

describe.each(ENVIRONMENTS)('%s', environment => {
  const [stack, compose, cluster] = [stacks[environment], onCompose[environment], onCluster[environment]];
  const tag = environment === 'dev' ? 'dev' : '1.0.0';

  test.each([
    { service: 'api', kind: 'Deployment', image: `graphmemory-api:${tag}`, port: 8000, uid: 10001 },
    { service: 'dashboard', kind: 'Deployment', image: `graphmemory-dashboard:${tag}`, port: 8501, uid: 10002 },
    { service: 'analytics', kind: 'StatefulSet', image: `graphmemory-analytics:${tag}`, port: 8002, uid: 10003 },
  ] as const)('$service runs $image on port $port as user $uid, on both targets', ({ service, kind, image, port, uid }) => {
    expect(compose.get(`services/${service}`)).toMatchObject({ image, expose: [`${port}`], user: `${uid}:${uid}` });
    const { securityContext, containers } = cluster.get(`${kind}/${service}`).spec!.template.spec!;
    expect({ ...securityContext, ...containers[0]!.securityContext }).toMatchObject({ runAsUser: uid, runAsGroup: uid, runAsNonRoot: true });
    expect(containers[0]).toMatchObject({ image: environment === 'dev' ? image : `registry.example/${image}`, ports: [{ containerPort: port }] });
  });

  test('the public comes in at 80 and 443, and to nothing else but nginx', () => {
    expect(stack).toReach('internet', 'nginx', 443);
    expect(stack).toReach('internet', 'nginx', 80);
    for (const service of [...OWN, 'postgres', 'redis', 'monitoring-prometheus', 'monitoring-grafana']) expect(stack).not.toReach('internet', service);
  });

  test('Prometheus is at 9090 and Grafana at 3000, on the machine itself', () => {
    for (const [name, port] of [['prometheus', 9090], ['grafana', 3000]] as const) {
      expect(stack).toHaveService(`monitoring-${name}`, { ports: [{ published: `\${MONITORING_${name.toUpperCase()}_HTTP_PORT:-${port}}`, host_ip: '127.0.0.1' }] });
    }
  });

  test('analytics is reached by the api, the dashboard and what watches it, and by nobody else', () => {
    for (const caller of ['api', 'dashboard', 'monitoring-prometheus', 'monitoring-blackbox']) expect(stack).toReach(caller, 'analytics', 8002);
    for (const stranger of ['nginx', 'migrate', 'monitoring-grafana', 'monitoring-nginx-exporter']) expect(stack).not.toReach(stranger, 'analytics');
  });

  test('Postgres and Redis are reached by the api, and neither by the dashboard nor by nginx', () => {
    expect(stack).toReach('api', 'postgres', 5432);
    expect(stack).toReach('api', 'redis', 6379);
    for (const stranger of ['dashboard', 'nginx', 'analytics'] as const) {
      expect(stack).not.toReach(stranger, 'postgres');
      expect(stack).not.toReach(stranger, 'redis');
    }
  });

  test('nothing of it reaches the internet but what tells people of alerts', () => {
    for (const service of [...OWN, 'nginx', 'postgres', 'redis', 'monitoring-prometheus', 'monitoring-grafana']) expect(stack).not.toReach(service, 'internet');
  });

  test('each of the four networks has its own range', () => {
    const first = environment === 'dev' ? 0 : 128;
    const ranges = { frontend: first, backend: first + 32, database: first + 64, monitoring: first + 96 };
    const networks = compose.resources.filter(({ kind }) => kind === 'networks').map(({ body }) => body as { readonly labels: Readonly<Record<string, string>>; readonly ipam: { readonly config: readonly { readonly subnet: string }[] } });
    const tiers = new Map<string, number[]>();
    for (const { labels, ipam } of networks) {
      const tier = labels['compose8s.tier']!;
      tiers.set(tier, [...tiers.get(tier) ?? [], Number(/^172\.26\.(\d+)\./.exec(ipam.config[0]!.subnet)![1])]);
    }
    expect([...tiers.keys()].sort()).toEqual(Object.keys(ranges).sort());
    for (const [tier, from] of Object.entries(ranges)) for (const block of tiers.get(tier)!) expect([tier, block >= from && block < from + 32]).toEqual([tier, true]);
  });

  test('every service has limits, with less than 2 GB of memory, on both targets', () => {
    const limits = compose.resources.filter(({ kind }) => kind === 'services').map(({ name, body }) => {
      const { cpus, memory, pids } = (body as { deploy: { resources: { limits: { cpus: string; memory: string; pids: number } } } }).deploy.resources.limits;
      expect([name, cpus, pids]).toEqual([name, expect.stringMatching(/:-[\d.]+\}$/), expect.any(Number)]);
      return { name, mebibytes: /^(\d+)m$/.test(memory) ? parseInt(memory) : parseInt(memory) * 1024 };
    });
    expect(limits.length).toBeGreaterThan(15);
    expect(limits.filter(({ mebibytes }) => !(mebibytes < 2048))).toEqual([]);
    for (const { body } of cluster.resources.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))) {
      for (const { resources } of (body as { spec: { template: { spec: { containers: { resources: object }[] } } } }).spec.template.spec.containers) {
        expect(resources).toMatchObject({ limits: { cpu: expect.anything(), memory: expect.anything() }, requests: { cpu: expect.anything(), memory: expect.anything() } });
      }
    }
  });

  test('Kuzu\'s files, Postgres and Redis are on volumes; one process has those of Kuzu', () => {
    expect(compose.get('services/analytics')).toMatchObject({ volumes: expect.arrayContaining([{ type: 'volume', source: 'kuzu', target: '/var/lib/kuzu' }]), deploy: { replicas: 1 } });
    expect(stack).toHaveResource('StatefulSet', 'analytics', { spec: { replicas: 1, volumeClaimTemplates: [{ metadata: { name: 'kuzu' }, spec: { accessModes: ['ReadWriteOnce'] } }] } });
    for (const name of ['postgres', 'redis']) {
      expect(stack).toHaveResource('volumes', `${name}-data`);
      expect(stack).toHaveResource('StatefulSet', name, { spec: { volumeClaimTemplates: [{ metadata: { name: `${name}-data` } }] } });
    }
    expect(dockerfile('analytics')).toContain('"uvicorn", "analytics.main:app", "--host", "0.0.0.0", "--port", "8002", "--workers", "1"');
  });

  test('Redis forgets the least recently used, as a cache does', () => {
    expect(compose.file('config/redis-config/redis.conf')).toContain('maxmemory-policy allkeys-lru');
  });

  test('Prometheus keeps samples for as long as was asked', () => {
    expect(JSON.stringify(compose.get('services/monitoring-prometheus').command)).toContain(`--storage.tsdb.retention.time=${(environment === 'dev' ? 2 : 30) * 86_400}s`);
  });

  test('nginx ends TLS, and lets the dashboard\'s connections become WebSockets and no other', () => {
    const site = compose.file('config/nginx-config/site.conf');
    const locations = new Map([...site.matchAll(/location (\S+) \{([^}]*)\}/g)].map(([, path, body]) => [path, body]));
    expect(locations.get('/')).toMatch(/Upgrade \$http_upgrade;[^]*proxy_pass http:\/\/dashboard_http;\s+proxy_read_timeout 3600s;/);
    expect(locations.get('/api/')).toMatch(/Connection "";[^]*proxy_pass http:\/\/api_http;/);
    expect(compose.file('config/nginx-config/https.conf')).toContain('ssl_protocols TLSv1.2 TLSv1.3;');
  });

  test('alerts watch every service, the api and analytics by what they count themselves', () => {
    const configuration = compose.file('config/monitoring-prometheus-config/prometheus.yml');
    for (const service of ['api', 'analytics', 'postgres', 'redis', 'nginx']) expect(configuration).toMatch(new RegExp(`service: ['"]?${service}`));
    const { groups } = load(compose.file('config/monitoring-prometheus-config/rules.yml')) as { groups: { rules: { alert: string; expr: string; labels: object }[] }[] };
    const alert = (name: string) => groups.flatMap(({ rules }) => rules).find(rule => rule.alert === name);
    // Of several replicas none may be left to be asked.
    const absent = environment === 'prod' ? ' or absent(up{job="app", service="api"})' : '';
    expect(alert('ServiceDown')).toMatchObject({ expr: `up == 0 or pg_up == 0 or redis_up == 0 or nginx_up == 0${absent}`, labels: { severity: 'critical' } });
    for (const name of ['RequestErrors', 'SlowRequests']) expect(alert(name)?.expr).toContain('http_request');
    expect(configuration).toMatch(/^rule_files:\n {2}- rules\.yml$/m);
  });

  describe('on a cluster', () => {
    const containerOf = (kind: 'Deployment' | 'StatefulSet', name: string) => cluster.get(`${kind}/${name}`).spec!.template.spec!.containers[0]!;

    test.each([
      { kind: 'Deployment', name: 'api', ready: '/api/health/ready', alive: '/api/health/live' },
      { kind: 'Deployment', name: 'dashboard', ready: '/_stcore/health', alive: '/_stcore/host-config' },
      { kind: 'StatefulSet', name: 'analytics', ready: '/health/ready', alive: '/health/live' },
    ] as const)('$name is asked whether it has started, is ready and is alive', ({ kind, name, ready, alive }) => {
      expect(containerOf(kind, name)).toMatchObject({ startupProbe: { httpGet: { path: alive } }, readinessProbe: { httpGet: { path: ready } }, livenessProbe: { httpGet: { path: alive } } });
    });

    test('passwords come from Secrets, which are not in the files; configuration from ConfigMaps', () => {
      const { env } = containerOf('Deployment', 'api');
      expect(env).toContainEqual(expect.objectContaining({ valueFrom: { secretKeyRef: expect.objectContaining({ name: 'postgres-credentials', key: 'password' }) } }));
      expect(cluster.resources.filter(({ kind }) => kind === 'Secret')).toEqual([]);
      const maps = cluster.resources.filter(({ kind }) => kind === 'ConfigMap').map(({ name }) => name);
      for (const name of ['nginx-config', 'postgres-config', 'redis-config', 'monitoring-prometheus-config']) expect(maps.some(map => map.startsWith(name))).toBe(true);
    });

    test('everything is denied, but for what each pod was given a rule for', () => {
      const policies = cluster.resources.filter(({ kind }) => kind === 'NetworkPolicy');
      expect(policies.some(({ body }) => JSON.stringify((body as { spec: object }).spec).includes('"podSelector":{},"policyTypes":["Ingress","Egress"]'))).toBe(true);
      for (const name of [...OWN, 'nginx', 'postgres', 'redis']) expect(policies.map(policy => policy.name)).toContain(name);
    });
  });
});

describe('the images', () => {
  test.each([{ program: 'api', uid: 10001 }, { program: 'dashboard', uid: 10002 }, { program: 'analytics', uid: 10003 }])('$program: built by uv in stages, one for production and one for developers', ({ program, uid }) => {
    const stages = dockerfile(program);
    expect([...stages.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from, name]) => `${from} → ${name}`)).toEqual([
      'python:3.13-slim-bookworm → builder', 'builder → development-builder', 'python:3.13-slim-bookworm → production', 'production → development',
    ]);
    expect(stages).toContain(`uv sync --locked --no-install-project --no-default-groups --group ${program}\n`);
    expect(stages).toContain(`USER ${uid}:${uid}\n`);
    expect(stages).toContain(`ENTRYPOINT ["python", "-m", "service.entrypoint", "${program}"]`);
    // One service builds an image that several share.
    const by = program === 'api' ? 'migrate' : program;
    expect(stacks.prod).toHaveService(by, { build: { target: 'production' } });
    expect(stacks.dev).toHaveService(by, { build: { target: 'development' } });
  });

  test.each(OWN)('%s has its own sources, and those of no other', program => {
    const { files } = onCompose.prod.emission;
    const folders = new Set([...files.keys()].flatMap(path => new RegExp(`^images/graphmemory-${program}/([^/]+)/`).exec(path)?.[1] ?? []));
    expect([...folders].sort()).toEqual([program, 'service'].sort());
  });

  test('the api runs under Gunicorn with Uvicorn workers', () => {
    expect(dockerfile('api')).toMatch(/CMD \["gunicorn", "api\.main:app", .*"--worker-class", "uvicorn_worker\.UvicornWorker"/);
  });

  test('Streamlit opens no browser, takes no forged request and tells nobody of its use', () => {
    expect(dockerfile('dashboard')).toContain('"--server.headless", "true", "--server.enableXsrfProtection", "true"');
    expect(dockerfile('dashboard')).toContain('"--browser.gatherUsageStats", "false"');
  });

  test('nothing says which program asks whom, but the variables that name it', () => {
    expect(onCompose.prod.get('services/api').environment).toMatchObject({ ANALYTICS_URL: 'http://analytics:8002', REDIS_URL: expect.stringMatching(/@redis:6379\/0$/), DATABASE_URL: expect.stringMatching(/@postgres:5432\/graphmemory$/) });
    expect(onCompose.prod.get('services/dashboard').environment).toEqual({ API_URL: 'http://api:8000', ANALYTICS_URL: 'http://analytics:8002' });
  });
});

describe('prod', () => {
  test('nginx spreads requests over two of the api', () => {
    expect(stacks.prod).toHaveService('api', { deploy: { replicas: 2 } });
    expect(stacks.prod).toHaveResource('Deployment', 'api', { spec: { replicas: 2 } });
    expect(stacks.prod).toHaveResource('PodDisruptionBudget', 'api');
  });

  test('Postgres is backed up daily', () => {
    expect(stacks.prod).toHaveResource('CronJob', 'backup', { spec: { schedule: '0 2 * * *' } });
    expect(onCompose.prod.file('config/backup-schedule/crontab')).toContain('0 2 * * * ');
  });

  test('is nowhere the sources of somebody\'s own machine', () => {
    expect(onCompose.prod.file('services.yaml')).not.toContain('type: bind');
    expect(stacks.dev).toHaveService('api', { volumes: [{ type: 'bind', source: '${PROJECT_DIR:-../../../..}/apps/graphmemory/app', target: '/app' }] });
  });
});
