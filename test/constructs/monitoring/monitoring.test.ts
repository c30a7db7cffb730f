import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { Alertmanager, BackupCronJob, Grafana, HealthProbes, Jaeger, Loki, Monitoring, Postgres, PostgresExporter, Prometheus, Redis, RedisExporter, WebService, Worker, type Observable } from '../../../constructs';
import { App, Compose, Cron, Kubernetes, synthesize, text, Workload, type ComposeService, type DurationString, type Stack } from '../../../lib';
import { within } from '../../../lib/targets/kubernetes/promql';
import { Construct } from 'constructs';
import { manifestErrors, podIn, podSecurityErrors } from '../../support/manifests';
import { composeOf, IMAGE, problemsOf, service, shop, textOf } from '../../support/stacks';
import { clusterOf, onOneNode } from '../../targets/kubernetes/cluster';
import { Observed, RECEIVERS } from './system';

interface Manifest { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string }; readonly spec: { readonly egress?: readonly { readonly to: readonly { readonly podSelector?: { readonly matchLabels: Record<string, string> } }[]; readonly ports?: readonly { readonly port: number }[] }[] } }

function observed() {
  const app = new App();
  const stack = new Observed(app, 'prod', { targets: [new Compose(), new Kubernetes()] });
  const { emissions, problems, notes } = synthesize(app);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const [compose, kubernetes] = emissions;
  return {
    stack, notes,
    services: Object.fromEntries(compose!.rendering.documents.filter(({ kind }) => kind === 'services').map(({ name, body }) => [name, body])) as Record<string, ComposeService>,
    networks: compose!.rendering.documents.filter(({ kind }) => kind === 'networks').map(({ name }) => name),
    manifests: kubernetes!.rendering.documents.map(({ body }) => body as Manifest),
    file: (path: string) => textOf(compose!.files, `config/${path}`),
    text: [...compose!.files.values(), ...kubernetes!.files.values()].map(file => ('text' in file ? file.text : '')).join('\n'),
  };
}

const system = observed();
const monitored = (build: (stack: Stack, monitoring: Monitoring) => void) => (stack: Stack) => { build(stack, new Monitoring(stack, 'monitoring', { receivers: [] })); };
/** The expressions of a file of rules, by the names of their alerts. */
const alertsIn = (file: string) => Object.fromEntries((load(file) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr])));
const jobs = (file: string) => (load(file) as { scrape_configs: { job_name: string }[] }).scrape_configs.map(({ job_name }) => job_name);

/** Who may be called, by the network policy of a workload: `db:5432`. */
function egressOf(name: string): string[] {
  const policy = system.manifests.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === name)!;
  return policy.spec.egress!.flatMap(({ to, ports = [] }) => to.flatMap(({ podSelector }) => {
    const of = podSelector?.matchLabels['app.kubernetes.io/name'];
    return of ? ports.map(({ port }) => `${of}:${port}`) : [];
  })).sort();
}

describe('Monitoring', () => {
  test('reaches what it scrapes, by the same edges on both targets, and nothing more', () => {
    const scraped = [
      'logs-alloy:12345', 'logs:3100', 'monitoring-alertmanager:9093', 'monitoring-backup-exporter:9100', 'monitoring-blackbox:9115', 'monitoring-cache-exporter:9121',
      'monitoring-db-exporter:9187', 'monitoring-grafana:3000', 'monitoring-host:9100', 'monitoring-proxy-exporter:9113', 'traces:8888', 'web:8081',
    ];
    expect(egressOf('monitoring-prometheus')).toEqual(scraped);
    const prefix = 'monitoring-prometheus--';
    expect(system.networks.filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length)).sort()).toEqual(scraped.map(one => one.split(':')[0]).sort());
    expect(egressOf('monitoring-db-exporter')).toEqual(['db:5432']);
    expect(egressOf('monitoring-blackbox')).toEqual(['proxy:8081', 'proxy:8443', 'web:8081']);
  });

  test('sees what backups write of themselves on the node of their claim, which stays what it is without', () => {
    const build = (watches: boolean) => clusterOf(stack => {
      const db = new Postgres(stack, 'db', { storage: '1Gi' });
      const backup = new BackupCronJob(stack, 'backup', { of: db, schedule: Cron.daily('02:00'), storage: '1Gi' });
      if (watches) new Monitoring(stack, 'monitoring', { receivers: [] }).observe(backup);
    });
    const [watched, unwatched] = [build(true), build(false)];
    expect(watched.get('PersistentVolumeClaim', 'backup-files')).toEqual(unwatched.get('PersistentVolumeClaim', 'backup-files'));
    expect(watched.get('PersistentVolumeClaim', 'backup-files').spec.accessModes).toEqual(['ReadWriteOnce']);
    for (const name of ['backup', 'monitoring-backup-exporter']) expect(watched.pod(name).affinity).toEqual(onOneNode('backup', 'backup-drill', 'backup-restore', 'monitoring-backup-exporter'));
    expect(watched.notes).toContain('backup/files mounts: approximated');
  });

  test('starts without what it watches', () => {
    expect(system.services['monitoring-prometheus']!.depends_on).toBeUndefined();
    expect(system.services['monitoring-grafana']!.depends_on).toBeUndefined();
    expect(Object.keys(system.services['monitoring-db-exporter']!.depends_on!)).toEqual(['monitoring-db-exporter-role']);
  });

  test('becomes manifests that a cluster takes and that are restricted', () => {
    for (const manifest of system.manifests) expect(manifestErrors(manifest)).toEqual([]);
    for (const pod of system.manifests.flatMap(manifest => podIn(manifest) ?? [])) expect(podSecurityErrors(pod)).toEqual([]);
  });

  test('needs no writable root, no capability and no folder of the host', () => {
    for (const [name, one] of Object.entries(system.services).filter(([id]) => /^(monitoring|logs|traces)/.test(id))) {
      expect([name, one.read_only, one.cap_add, one.user?.startsWith('0:')]).toEqual([name, true, undefined, false]);
      expect(one.volumes?.map(volume => (volume as { type: string }).type) ?? []).not.toContain('bind');
    }
    expect(system.notes.filter(({ outcome }) => outcome === 'loosened')).toEqual([]);
  });

  test('publishes nothing unless it is asked to', () => {
    expect(Object.entries(system.services).filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['proxy']);
    const { services } = composeOf(stack => { new Monitoring(stack, 'monitoring', { receivers: [], published: { prometheus: 9091, grafana: 3001 } }); });
    expect(services['monitoring-grafana']!.ports).toEqual([{ name: 'http', target: 3000, published: '${MONITORING_GRAFANA_HTTP_PORT:-3001}', protocol: 'tcp', host_ip: '127.0.0.1' }]);
  });

  test('asks each replica by itself, by a name that has the address of each, and misses one that is gone', () => {
    const app = shop(monitored((stack, monitoring) => {
      monitoring.observe(new WebService(stack, 'web', { image: IMAGE, port: 8080, metrics: '/api/metrics', replicas: 3, probes: HealthProbes.http({ ready: '/ready' }) }));
      monitoring.observe(new WebService(stack, 'scaled', { image: IMAGE, port: 8080, metrics: '/metrics', replicas: { min: 2, max: 9, cpu: 70 }, probes: HealthProbes.http({ ready: '/ready' }) }));
    }), { targets: [new Compose(), new Kubernetes()] });
    const [compose, kubernetes] = synthesize(app).emissions;
    const service = kubernetes!.rendering.documents.find(({ kind, name }) => kind === 'Service' && name === 'web-pods')!.body;
    expect(service).toMatchObject({ spec: { clusterIP: 'None', selector: { 'app.kubernetes.io/name': 'web' }, ports: [{ port: 8080 }] } });
    const { data } = kubernetes!.rendering.documents.find(({ kind, name }) => kind === 'ConfigMap' && name === 'monitoring-prometheus-config')!.body as { data: Record<string, string> };
    for (const [file, name] of [[textOf(compose!.files, 'config/monitoring-prometheus-config/prometheus.yml'), 'web'], [data['prometheus.yml'], 'web-pods']]) {
      expect(file).toContain(`dns_sd_configs:\n      - names: ["${name}"]\n        type: A\n        port: 8080\n`);
      expect(file).toContain(`regex: "${name}"\n        target_label: service\n        replacement: "web"`);
    }
    expect(data['rules.yml']).toContain('or absent(up{job=\\"app\\", service=\\"web\\"})');
    const counted = (name: string) => `(sum by (job, service) (up{job="app", service="${name}"}) or 0 * absent(up{job="app", service="${name}"}))`;
    for (const rules of [textOf(compose!.files, 'config/monitoring-prometheus-config/rules.yml'), data['rules.yml']!]) {
      expect(alertsIn(rules)['ReplicaMissing']).toBe(`${counted('web')} < 3 or ${counted('scaled')} < 2`);
    }
  });

  test('asks for the readiness of another replica each time, ready or not; for that of the one there is as its callers do', () => {
    const app = shop(monitored((stack, monitoring) => {
      for (const [id, replicas] of [['web', 3], ['one', 1]] as const) monitoring.observe(new WebService(stack, id, { image: IMAGE, port: 8080, replicas, probes: HealthProbes.http({ ready: '/ready' }) }));
    }), { targets: [new Compose(), new Kubernetes()] });
    const [compose, kubernetes] = synthesize(app).emissions;
    const { data } = kubernetes!.rendering.documents.find(({ kind, name }) => kind === 'ConfigMap' && name === 'monitoring-prometheus-config')!.body as { data: Record<string, string> };
    expect(kubernetes!.rendering.documents.find(({ kind, name }) => kind === 'Service' && name === 'web-pods')!.body).toMatchObject({ spec: { publishNotReadyAddresses: true } });
    for (const [file, name] of [[textOf(compose!.files, 'config/monitoring-prometheus-config/prometheus.yml'), 'web'], [data['prometheus.yml'], 'web-pods']]) {
      expect(file).toContain(`- targets: ["http://${name}:8080/ready"]\n        labels: { service: "web" }`);
      expect(file).toContain('- targets: ["http://one:8080/ready"]\n        labels: { service: "one" }');
    }
  });

  test('finds in a whole stack what can be observed, each once, whatever the order', () => {
    const { file } = composeOf(monitored((stack, monitoring) => {
      const db = new Postgres(stack, 'db', { storage: '1Gi' });
      new Redis(stack, 'cache', { eviction: 'noeviction' });
      new Worker(stack, 'worker', { image: IMAGE, probes: HealthProbes.command(['true']) });
      service(stack, 'plain');
      monitoring.observe(db).observe(stack).observe(stack);
    }));
    expect(jobs(file('config/monitoring-prometheus-config/prometheus.yml'))).toEqual(['monitoring', 'host', 'postgres', 'redis', 'ready http']);
  });

  test('sees what observes itself as its own code says', () => {
    class Queue extends Construct implements Observable {
      readonly workload = new WebService(this, 'server', { image: IMAGE, port: 8080, probes: HealthProbes.http({ ready: '/ready' }) }).workload;
      observedBy(monitoring: Monitoring, name: string): void {
        monitoring.scrape({ job: 'queue', service: name, endpoint: this.workload.endpoint('http') });
      }
    }
    const { file } = composeOf(monitored((stack, monitoring) => { monitoring.observe(new Queue(stack, 'queue')); }));
    expect(file('config/monitoring-prometheus-config/prometheus.yml')).toContain('targets: ["queue-server:8080"]\n        labels: { service: "queue" }');
  });

  test('scrapes a worker that has metrics, and reaches it at that port alone', () => {
    const app = shop(monitored((stack, monitoring) => {
      monitoring.observe(new Worker(stack, 'worker', { image: IMAGE, probes: HealthProbes.command(['true']), metrics: { port: 9000 }, replicas: 2 }));
    }), { targets: [new Compose(), new Kubernetes()] });
    const { problems, emissions: [compose, kubernetes] } = synthesize(app);
    expect(problems).toEqual([]);
    expect(textOf(compose!.files, 'config/monitoring-prometheus-config/prometheus.yml')).toContain('- names: ["worker"]\n        type: A\n        port: 9000');
    expect(alertsIn(textOf(compose!.files, 'config/monitoring-prometheus-config/rules.yml'))['ReplicaMissing']).toContain('up{job="app", service="worker"}');
    expect(kubernetes!.rendering.documents.find(({ kind, name }) => kind === 'NetworkPolicy' && name === 'worker')!.body).toMatchObject({ spec: { ingress: [{ ports: [{ port: 9000 }] }] } });
  });

  test('tells in the guide what nobody watches', () => {
    const rule = { alert: 'Stuck', severity: 'critical', for: '1m', expr: 'time() - round_timestamp_seconds{service="looked-after"} > 60', summary: 'it hangs' } as const;
    const guides = (build: (stack: Stack) => void) => synthesize(shop(monitored((stack, monitoring) => {
      build(stack);
      monitoring.observe(stack).rules({ name: 'work', rules: [rule] });
    }), { targets: [new Compose(), new Kubernetes()] })).emissions.map(({ files }) => textOf(files, 'OPERATIONS.md'));
    for (const guide of guides(stack => {
      service(stack, 'web', { runs: Workload.service({ replicas: 2 }) });
      new Worker(stack, 'worker', { image: IMAGE, probes: HealthProbes.command(['true']) });
      for (const id of ['seen', 'looked-after']) new Worker(stack, id, { image: IMAGE, probes: HealthProbes.command(['true']), metrics: { port: 9000 }, replicas: 2 });
    })) {
      expect(guide).toContain('### What is not watched\n');
      expect(guide).toContain('No alert tells when these fail: `worker`.');
      expect(guide).toContain('No alert tells when some of the replicas of these have ended: `web`.');
      expect(guide).toContain('No alert tells when these hang, or are not ready: `seen`.');
    }
    for (const guide of guides(stack => { service(stack, 'web'); })) expect(guide).not.toContain('What is not watched');
  });

  test('refuses what comes to stand in a stack that it has looked at already, but not a part of itself', () => {
    expect(problemsOf(shop(monitored((stack, monitoring) => {
      service(stack, 'web');
      monitoring.observe(stack);
      new Redis(stack, 'cache', { eviction: 'noeviction' });
    })))).toBe('✖ shop/dev/cache was not there yet when it was told what to observe\n  at shop/dev/monitoring\n  fix: call observe last\n');
    expect(problemsOf(shop(monitored((stack, monitoring) => {
      const db = new Postgres(stack, 'db', { storage: '1Gi' });
      monitoring.observe(stack);
      new Monitoring(stack, 'second', { receivers: [] }).observe(db);
    })))).toBe('');
  });

  test.each(['/metrics?format=text', 'metrics', '/a#b', '/a b'])('refuses %p as a path of metrics', path => {
    const refused = `✖ '${path}' is not a path of metrics\n  at shop/dev/thing`;
    expect(problemsOf(shop(monitored((stack, monitoring) => { monitoring.observe(new WebService(stack, 'thing', { image: IMAGE, port: 8080, metrics: path, probes: HealthProbes.http({ ready: '/' }) })); })))).toContain(refused);
    expect(problemsOf(shop(monitored((stack, monitoring) => { monitoring.observe(new Worker(stack, 'thing', { image: IMAGE, metrics: { port: 9000, path }, probes: HealthProbes.command(['true']) })); })))).toContain(refused);
  });

  test('refuses a target that no workload serves', () => {
    expect(problemsOf(shop(monitored((stack, monitoring) => {
      monitoring.scrape({ job: 'app', service: 'web', endpoint: service(stack, 'web').endpoint('metrics') });
    })))).toContain("✖ it refers to the port 'metrics' of shop/dev/web, which declares none of that name\n  at shop/dev/monitoring/prometheus");
  });

  test('refuses what cannot be observed', () => {
    expect(problemsOf(shop(monitored((stack, monitoring) => {
      monitoring.observe(new Worker(stack, 'worker', { image: IMAGE, probes: HealthProbes.command(['true']) }));
    })))).toContain('✖ there is nothing to observe of shop/dev/worker: it serves no port');
  });
});

describe('An exporter', () => {
  test('of Postgres logs in as a role of its own, which is made before it starts, on both targets', () => {
    expect(system.services['monitoring-db-exporter']).toMatchObject({
      environment: { DATA_SOURCE_URI: 'db:5432/db?sslmode=disable', DATA_SOURCE_USER: 'monitoring', DATA_SOURCE_PASS_FILE: '/run/secrets/monitoring/password' },
      secrets: [{ source: 'monitoring-db-exporter-credentials.password' }],
    });
    expect(system.services['monitoring-db-exporter-role']!.depends_on).toEqual({ db: { condition: 'service_healthy' } });
    const [job] = system.manifests.filter(({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('monitoring-db-exporter-role'));
    expect(podIn(job!)!.containers[0]!.command).toEqual(['/bin/sh', '/etc/compose8s/role/role.sh', 'ensure']);
  });

  test('of Redis is a user that touches no key', () => {
    expect(system.file('cache-config/users')).toMatch(/^monitoring -@all \+ping \+info [^~&]*\n$/);
    expect(system.services['cache']!.secrets).toContainEqual({ source: 'cache-user-monitoring.password', target: '/run/secrets/redis-monitoring/password' });
  });

  test('of a server that another one watches as well logs in as the same user', () => {
    const { services, file } = composeOf(stack => {
      const [cache, db] = [new Redis(stack, 'cache', { eviction: 'noeviction' }), new Postgres(stack, 'db', { storage: '1Gi' })];
      new RedisExporter(stack, 'own-redis', { of: cache });
      new PostgresExporter(stack, 'own-postgres', { of: db });
      new Monitoring(stack, 'monitoring', { receivers: [] }).observe(cache, db);
    });
    expect(file('config/cache-config/users').split('\n')).toHaveLength(2);
    expect(services['monitoring-cache-exporter']!.environment).toEqual(services['own-redis']!.environment);
    expect(services['monitoring-db-exporter']!.secrets).toEqual(services['own-postgres']!.secrets);
    expect(Object.keys(services).filter(name => name.endsWith('-role'))).toEqual(['own-postgres-role']);
    expect(services['monitoring-db-exporter']!.depends_on).toHaveProperty('own-postgres-role');
  });

  test('of Redis does not share a user that may do something else', () => {
    expect(problemsOf(shop(stack => {
      const cache = new Redis(stack, 'cache', { eviction: 'noeviction' });
      cache.addUser('monitoring', '+@all ~*');
      new RedisExporter(stack, 'exporter', { of: cache });
    }))).toContain("✖ the user 'monitoring' is asked for twice: with '+@all ~*', and with '-@all +ping");
  });

  test('of backups sees their folder and changes nothing in it', () => {
    expect(system.services['monitoring-backup-exporter']!.volumes).toEqual([expect.objectContaining({ source: 'backup-files', target: '/backups', read_only: true })]);
  });

  test('for the black box asks as probes and as visitors do', () => {
    expect(system.file('monitoring-prometheus-config/prometheus.yml')).toContain('targets: ["https://proxy:8443/"]\n        labels: { service: "proxy", host: "shop.example", __param_hostname: "shop.example" }');
    expect(system.file('monitoring-blackbox-config/blackbox.yml')).toContain('headers:\n        "Host": "shop.example"');
  });

  test.each(['bad name', 'default'])('of Redis cannot be the user %p', name => {
    expect(problemsOf(shop(stack => { new Redis(stack, 'cache', { eviction: 'noeviction' }).addUser(name, '+ping'); }))).toContain('does not describe a user');
  });
});

describe('Where the cluster has the Prometheus Operator', () => {
  const manifests = (() => {
    const app = new App();
    new Observed(app, 'prod', { targets: [new Kubernetes({ operator: { namespace: 'watch', labels: { release: 'watch' } } })] });
    const { emissions, problems } = synthesize(app);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    return emissions[0]!.rendering.documents.map(({ body }) => body as Manifest);
  })();
  const named = (kind: string, name: string) => manifests.find(manifest => manifest.kind === kind && manifest.metadata.name === name);

  test('the stack has no Prometheus, Alertmanager and Grafana of its own, but its exporters', () => {
    for (const name of ['monitoring-prometheus', 'monitoring-alertmanager', 'monitoring-grafana']) expect(manifests.filter(({ metadata }) => metadata.name === name)).toEqual([]);
    for (const name of ['monitoring-db-exporter', 'monitoring-blackbox', 'monitoring-host']) expect(named('Deployment', name)).toBeDefined();
  });

  test('a ServiceMonitor says what to scrape, once for each pod', () => {
    expect(named('ServiceMonitor', 'monitoring-prometheus-postgres-db')).toMatchObject({
      apiVersion: 'monitoring.coreos.com/v1', metadata: { labels: { release: 'watch' } },
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/name': 'monitoring-db-exporter' } },
        endpoints: [{
          port: 'metrics', path: '/metrics',
          relabelings: [{ sourceLabels: ['__meta_kubernetes_service_name'], regex: 'monitoring-db-exporter', action: 'keep' }, { targetLabel: 'job', replacement: 'postgres' }, { targetLabel: 'service', replacement: 'db' }],
        }],
      },
    });
    expect(named('ServiceMonitor', 'monitoring-prometheus-public-proxy')).toMatchObject({
      spec: { endpoints: [{ port: 'http', path: '/probe', params: { module: ['public_untrusted'], target: ['https://proxy:8443/'], hostname: ['shop.example'] } }] },
    });
    expect(named('ServiceMonitor', 'monitoring-prometheus-certificate-proxy')).toMatchObject({
      spec: { endpoints: [{ port: 'http', path: '/probe', params: { module: ['certificate'], target: ['proxy:8443'], hostname: ['shop.example'] } }] },
    });
  });

  test('each that it scrapes lets that namespace in, and nothing else does', () => {
    const open = manifests.filter(({ kind, spec }) => kind === 'NetworkPolicy' && JSON.stringify(spec).includes('"watch"')).map(({ metadata }) => metadata.name);
    expect(open.sort()).toEqual(['logs', 'logs-alloy', 'monitoring-backup-exporter', 'monitoring-blackbox', 'monitoring-cache-exporter', 'monitoring-db-exporter', 'monitoring-host', 'monitoring-proxy-exporter', 'traces', 'web']);
  });

  test('a PrometheusRule holds the very rules that promtool tried, for its own namespace alone', () => {
    const { namespace } = named('ServiceMonitor', 'monitoring-prometheus-postgres-db')!.metadata;
    const tried = load(system.file('monitoring-prometheus-config/rules.yml')) as { groups: { name: string; rules: { expr: string; labels: object }[] }[] };
    const groups = tried.groups.map(({ name, rules }) => ({ name, rules: rules.map(rule => ({ ...rule, expr: within(rule.expr, 'shop-prod'), labels: { ...rule.labels, namespace: 'shop-prod' } })) }));
    expect(namespace).toBe('shop-prod');
    expect(named('PrometheusRule', 'monitoring-prometheus-rules')).toMatchObject({ metadata: { labels: { release: 'watch' } }, spec: { groups } });
  });

  test('and where it has none, there is nothing of its kind', () => {
    expect(system.manifests.filter(({ kind }) => ['ServiceMonitor', 'PrometheusRule'].includes(kind))).toEqual([]);
  });
});

describe('Its parts', () => {
  test.each<[DurationString, string]>([['2m', ''], ['121s', 'it asks every 121s, which leaves gaps']])('ask every %s or are refused', (interval, expected) => {
    const problems = problemsOf(shop(stack => { new Prometheus(stack, 'prometheus', { interval }); }));
    if (expected === '') expect(problems).toBe('');
    else expect(problems).toContain(expected);
  });

  test('can stand alone', () => {
    const { services } = composeOf(stack => {
      const alertmanager = new Alertmanager(stack, 'alertmanager', { receivers: RECEIVERS });
      const prometheus = new Prometheus(stack, 'prometheus', { alertmanager: alertmanager.endpoint, retention: '30d', storage: '20Gi' });
      prometheus.scrape({ job: 'app', service: 'web', endpoint: service(stack, 'web').endpoint('http') });
      new Grafana(stack, 'grafana', { sources: { prometheus: prometheus.endpoint } });
    });
    expect(Object.keys(services).sort()).toEqual(['alertmanager', 'grafana', 'prometheus', 'web']);
    expect(services['prometheus']!.command).toEqual(expect.arrayContaining(['--storage.tsdb.retention.time=2592000s', '--storage.tsdb.retention.size=16384MB']));
  });

  test('have no secret in any file', () => {
    expect(system.file('monitoring-alertmanager-config/alertmanager.yml')).toContain('auth_password_file: "/run/secrets/alertmanager/email-1"');
    expect(system.file('monitoring-alertmanager-config/alertmanager.yml')).toContain('url_file: "/run/secrets/alertmanager/webhook-2"');
    expect(system.services['monitoring-alertmanager']!.networks).toContain('monitoring-alertmanager-internet');
  });

  test('refuse receivers that cannot be reached', () => {
    expect(problemsOf(shop(stack => { new Alertmanager(stack, 'alertmanager', { receivers: [{ kind: 'email', to: 'nobody', from: 'a@b', smarthost: 'smtp.example' }] }); })))
      .toMatch(/'nobody' is not an address of e-mail[^]*'smtp.example' is not a mail server/);
  });

  test('let nobody look into Grafana without a password, which is a file', () => {
    expect(system.services['monitoring-grafana']!.environment).toMatchObject({
      GF_SECURITY_ADMIN_PASSWORD__FILE: '/run/secrets/grafana/password', GF_USERS_ALLOW_SIGN_UP: 'false', GF_AUTH_ANONYMOUS_ENABLED: 'false',
    });
  });

  test('give Grafana its sources and its dashboards', () => {
    const { datasources } = load(system.file('monitoring-grafana-sources/sources.yml')) as { datasources: { type: string; url: string; isDefault?: boolean }[] };
    expect(datasources.map(({ type, url, isDefault = false }) => [type, url, isDefault])).toEqual([
      ['prometheus', 'http://monitoring-prometheus:9090', true], ['alertmanager', 'http://monitoring-alertmanager:9093', false],
      ['loki', 'http://logs:3100', false], ['jaeger', 'http://traces:16686', false],
    ]);
    for (const name of ['system', 'postgres', 'redis', 'nginx', 'backup', 'requests']) {
      const { panels } = JSON.parse(system.file(`monitoring-grafana-dashboards/${name}.json`)) as { panels: { gridPos: { x: number; w: number } }[] };
      expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
    }
  });

  test('take logs and traces from whoever refers to them', () => {
    const { services } = composeOf(stack => {
      const [logs, traces] = [new Loki(stack, 'logs', { publishedSyslog: 1514 }), new Jaeger(stack, 'traces')];
      service(stack, 'web', { env: { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: text`${logs.otlp}/v1/logs`, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: text`${traces.otlp}/v1/traces` }, startsWithout: [logs.shipper, traces] });
    });
    expect(services['web']).toMatchObject({
      environment: { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://logs-alloy:4318/v1/logs', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4318/v1/traces' },
      networks: ['web--logs-alloy', 'web--traces'],
    });
    expect(services['logs-alloy']!.ports).toHaveLength(1);
  });
});
