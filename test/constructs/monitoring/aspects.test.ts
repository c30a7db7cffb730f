import { describe, expect, test } from '@jest/globals';
import { BackupCronJob, HealthProbes, Monitoring, Postgres, WebService } from '../../../constructs';
import { Aspects, Compose, Cron, Kubernetes, Route, Size, synthesize, Volume, Workload, type Aspect, type Emission, type Stack } from '../../../lib';
import { emit } from '../../../lib/core/synthesis';
import { IMAGE, shop, textOf } from '../../support/stacks';

const web = (stack: Stack, replicas: number) => new WebService(stack, 'web', { image: IMAGE, port: 8080, metrics: '/metrics', replicas, probes: HealthProbes.http({ ready: '/ready' }) });

interface Monitor { readonly spec: { readonly endpoints: readonly { readonly params: { readonly target: readonly string[] } }[] } }

/** What watches a stack that is observed as a whole, before the aspect visits it: Prometheus of its own on each target, and that of an Operator. */
function emitted(build: (stack: Stack) => void, aspect: Aspect = { visit: () => undefined }) {
  const app = shop(stack => {
    build(stack);
    new Monitoring(stack, 'monitoring', { receivers: [] }).observe(stack);
  }, { targets: [new Compose(), new Kubernetes()] });
  Aspects.of(app).add(aspect);
  const { graphs: [graph], emissions: [compose, kubernetes], problems } = synthesize(app);
  expect(problems).toEqual([]);
  const named = ({ rendering: { documents } }: Emission, kind: string, name: string) => documents.find(document => document.kind === kind && document.name === name)?.body;
  const operated = emit(graph!, new Kubernetes({ operator: { namespace: 'watch' } }));
  const { data } = named(kubernetes!, 'ConfigMap', 'monitoring-prometheus-config') as { data: Record<string, string> };
  return {
    configurations: [textOf(compose!.files, 'config/monitoring-prometheus-config/prometheus.yml'), data['prometheus.yml']!],
    rules: [textOf(compose!.files, 'config/monitoring-prometheus-config/rules.yml'), data['rules.yml']!, JSON.stringify(named(operated, 'PrometheusRule', 'monitoring-prometheus-rules'))],
    monitor: named(operated, 'ServiceMonitor', 'monitoring-prometheus-ready-web') as Monitor | undefined,
    guide: textOf(kubernetes!.files, 'OPERATIONS.md'),
  };
}

/** Of workloads with this id, and what comes with their constructs. */
const replicas = (id: string, count: number): Aspect => ({
  visit: ({ node }) => {
    const { defaultChild } = node;
    if (node.id === id && defaultChild instanceof Workload && defaultChild.spec.runs.kind === 'service') defaultChild.spec.runs = Workload.service({ replicas: count });
  },
});

describe('What watches knows of what aspects change after it was told what to observe', () => {
  test('replicas that have come are counted, and missed when they are gone', () => {
    for (const rules of emitted(stack => { web(stack, 1); }, replicas('web', 3)).rules) {
      expect(rules).toMatch(/"?ServiceDown"[^]*or absent\(up\{[^}]*service=\\+"web\\+"/);
      expect(rules).toMatch(/"?ReplicaMissing"[^]*service=\\+"web\\+"[^}]*\}\)\) < 3/);
    }
  });

  test('replicas that have gone are not', () => {
    for (const rules of emitted(stack => { web(stack, 3); }, replicas('web', 1)).rules) {
      expect(rules).not.toContain('ReplicaMissing');
      expect(rules).not.toContain('absent(up{');
    }
  });

  test('the readiness of several replicas is asked of each, that of one as its callers do', () => {
    const asked = (from: number, to: number) => {
      const { configurations, monitor } = emitted(stack => { web(stack, from); }, replicas('web', to));
      return [...configurations, monitor!.spec.endpoints[0]!.params.target[0]!].map(text => /http:\/\/(.*):8080\/ready/.exec(text)![1]);
    };
    expect(asked(1, 3)).toEqual(['web', 'web-pods', 'web-pods']);
    expect(asked(3, 1)).toEqual(['web', 'web', 'web']);
  });

  const store = (stack: Stack) => {
    new BackupCronJob(stack, 'backup', { of: new Postgres(stack, 'db', { storage: '1Gi' }), schedule: Cron.daily('02:00'), storage: '1Gi' });
  };

  test('a backup is old by the schedule that it has in the end', () => {
    const weekly: Aspect = { visit: construct => { if (construct instanceof Workload && construct.spec.runs.kind === 'schedule') construct.spec.runs = { ...construct.spec.runs, cron: Cron.weekly('SUN', '02:00') }; } };
    // A week, an hour for the run, and an hour on top.
    for (const rules of emitted(store, weekly).rules) expect(rules).toMatch(/backup_last_success_timestamp_seconds\{[^}]*\} > 612000/);
  });

  test('a volume fills at the size that it has in the end', () => {
    const larger: Aspect = { visit: construct => { if (construct instanceof Volume && construct.node.path.includes('/db/')) construct.spec.size = Size.of('8Gi'); } };
    for (const rules of emitted(store, larger).rules) expect(rules).toMatch(/pg_database_size_bytes\{[^}]*\}\) \/ 8589934592 > 0\.8/);
  });
});

describe('Behind a public route', () => {
  test('replicas are not counted, since a host has one container there; that none answers is seen, and the guide says so', () => {
    const { rules, guide } = emitted(stack => { new Route(stack, 'way-in', { to: web(stack, 3).endpoint, reach: 'public', published: 80, protocol: 'http' }); });
    for (const file of rules) {
      expect(file).toContain('or absent(up{');
      expect(file).not.toContain('ReplicaMissing');
    }
    expect(guide).toContain('No alert tells when some of the replicas of these have ended: `web`.');
  });

  test('of the host itself they are', () => {
    for (const file of emitted(stack => { new Route(stack, 'way-in', { to: web(stack, 3).endpoint, published: 8000 }); }).rules) expect(file).toContain('ReplicaMissing');
  });
});

describe('The names of what the Prometheus Operator reads', () => {
  test('are values of labels: long ones are cut, and told apart', () => {
    const ids = ['a', 'b'].map(end => `${'a-service-with-a-name-of-the-greatest-length-'.repeat(2).slice(0, 55)}${end}`);
    const app = shop(stack => {
      for (const id of ids) new WebService(stack, id, { image: IMAGE, port: 8080, metrics: '/metrics', probes: HealthProbes.http({ ready: '/ready' }) });
      new Monitoring(stack, 'monitoring', { receivers: [] }).observe(stack);
    }, { targets: [new Kubernetes({ operator: { namespace: 'watch' } })] });
    const { emissions, problems } = synthesize(app);
    expect(problems).toEqual([]);
    const named = emissions[0]!.rendering.documents.filter(({ kind }) => kind === 'ServiceMonitor').map(({ body }) => (body as { metadata: { name: string; labels: Record<string, string> } }).metadata);
    for (const { name, labels } of named) expect([labels['app.kubernetes.io/name'], name.length <= 63]).toEqual([name, true]);
    expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
    expect(named.filter(({ name }) => name.startsWith('monitoring-prometheus-app-a-service')).map(({ name }) => name.length)).toEqual([63, 63]);
  });
});
