import { describe, expect, test } from '@jest/globals';
import { Cron, Duration, Probe, Route, Volume, Workload, type Stack, type WorkloadProps } from '../../../lib';
import { IMAGE, service } from '../../support/stacks';
import { clusterOf } from './cluster';

describe('a service on Kubernetes', () => {
  test('is a Deployment with a Service of its name and an account of its own', () => {
    const cluster = clusterOf(stack => service(stack, 'web'));
    expect(cluster.all).toEqual(['Namespace/shop-dev', 'NetworkPolicy/default-deny', 'ServiceAccount/web', 'Service/web', 'Deployment/web']);
    expect(cluster.get('ServiceAccount', 'web').automountServiceAccountToken).toBe(false);
    expect(cluster.pod('web')).toMatchObject({ serviceAccountName: 'web', automountServiceAccountToken: false, enableServiceLinks: false });
  });

  test('finds its pods by one label that never changes, and bears the recommended ones', () => {
    const { metadata, spec } = clusterOf(stack => service(stack, 'web', { tier: { name: 'frontend', range: '10.1.0.0/24' } })).get('Deployment', 'web');
    const labels = { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/instance': 'shop-dev', 'app.kubernetes.io/part-of': 'shop', 'app.kubernetes.io/managed-by': 'compose8s' };
    expect(metadata.labels).toEqual(labels);
    expect(spec.selector).toEqual({ matchLabels: { 'app.kubernetes.io/name': 'web' } });
    expect(spec.template.metadata?.labels).toEqual({ ...labels, 'compose8s/tier': 'frontend' });
  });

  test('takes traffic without a gap: new pods come first, and old ones linger while proxies learn of it', () => {
    const { spec } = clusterOf(stack => service(stack, 'web', { stop: { grace: '30s' } })).get('Deployment', 'web');
    expect(spec.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
    expect(spec.template.spec).toMatchObject({ terminationGracePeriodSeconds: 35, containers: [{ lifecycle: { preStop: { sleep: { seconds: 5 } } } }] });
  });

  describe('behind a load balancer, which asks by itself which nodes have a pod', () => {
    const balanced = (props: Partial<WorkloadProps> = {}) => (stack: Stack) => {
      const proxy = service(stack, 'proxy', { stop: { grace: '20s' }, ...props });
      new Route(stack, 'in', { to: proxy.endpoint('http'), published: 80, reach: 'public', protocol: 'http', hosts: ['shop.example'] });
    };

    test('has old pods linger for as long as that takes, and new ones count only after it', () => {
      const { spec } = clusterOf(balanced()).get('Deployment', 'proxy');
      expect(spec.minReadySeconds).toBe(30);
      // Each step of many waits for it.
      expect(spec.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } });
      expect(spec.template.spec).toMatchObject({ terminationGracePeriodSeconds: 50, containers: [{ lifecycle: { preStop: { sleep: { seconds: 30 } } } }] });
    });

    test('and not behind a controller, which hears of its pods', () => {
      const { spec } = clusterOf(balanced(), { expose: { kind: 'ingress' } }).get('Deployment', 'proxy');
      expect(spec).not.toHaveProperty('minReadySeconds');
      expect(spec.template.spec).toMatchObject({ terminationGracePeriodSeconds: 25 });
    });

    test('nor where no new pod comes before the old one has gone: what is lost then is lost', () => {
      const { spec } = clusterOf(stack => {
        const volume = new Volume(stack, 'data', { size: '1Gi' });
        const prepare = new Workload(stack, 'prepare', { image: IMAGE, command: ['prepare'], runs: { kind: 'release', check: undefined }, mounts: [{ volume, path: '/data' }] });
        balanced({ after: [prepare], mounts: [{ volume, path: '/data' }] })(stack);
      }).get('Deployment', 'proxy');
      expect(spec).toMatchObject({ strategy: { type: 'Recreate' }, template: { spec: { terminationGracePeriodSeconds: 25 } } });
      expect(spec).not.toHaveProperty('minReadySeconds');
    });
  });

  test('with data of its own can be rolled back while its pod is broken, which would be waited for in order', () => {
    const cluster = clusterOf(stack => service(stack, 'db', { mounts: [{ volume: new Volume(stack, 'data', { size: '1Gi' }), path: '/data' }] }));
    expect(cluster.get('StatefulSet', 'db').spec).toMatchObject({ replicas: 1, podManagementPolicy: 'Parallel' });
  });

  test('without a port has no Service, and stops at once', () => {
    const cluster = clusterOf(stack => new Workload(stack, 'worker', { image: IMAGE, probes: { ready: Probe.command(['ok']), startup: Duration.seconds(5) } }));
    expect(cluster.all).not.toContain('Service/worker');
    expect(cluster.pod('worker')).toMatchObject({ terminationGracePeriodSeconds: 10 });
    expect(cluster.container('worker')).not.toHaveProperty('lifecycle');
  });

  test('of several replicas is spread over nodes and keeps one pod at most from serving', () => {
    const cluster = clusterOf(stack => service(stack, 'web', { runs: Workload.service({ replicas: 3 }) }));
    expect(cluster.get('Deployment', 'web').spec.replicas).toBe(3);
    expect(cluster.get('PodDisruptionBudget', 'web').spec).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(cluster.pod('web')).toMatchObject({
      topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname' }],
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: { topologyKey: 'kubernetes.io/hostname' } }] } },
    });
  });

  test('of one replica has no budget, which would keep nodes from being drained', () => {
    expect(clusterOf(stack => service(stack, 'web')).all).not.toContain('PodDisruptionBudget/web');
  });

  test('that scales by itself says nothing of replicas, which the autoscaler sets', () => {
    const cluster = clusterOf(stack => service(stack, 'web', { runs: Workload.service({ replicas: { min: 2, max: 5, cpu: 70 } }) }));
    expect(cluster.get('Deployment', 'web').spec).not.toHaveProperty('replicas');
    expect(cluster.get('HorizontalPodAutoscaler', 'web').spec).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    });
    expect(cluster.all).toContain('PodDisruptionBudget/web');
  });

  test('is asked whether it has started, is ready and is alive, in whole seconds and without a host', () => {
    const web = clusterOf(stack => service(stack, 'web', {
      ports: { http: 8080, admin: 9090 },
      probes: {
        ready: Probe.http('/ready', { headers: { Host: 'shop.example' }, every: '2500ms', timeout: '1500ms' }),
        alive: Probe.tcp({ port: 'admin', failures: 5 }),
        startup: Duration.seconds(45),
      },
    })).container('web');
    const alive = { tcpSocket: { port: 'admin' }, periodSeconds: 10, timeoutSeconds: 5 };
    expect(web.startupProbe).toEqual({ ...alive, failureThreshold: 10 });
    expect(web.livenessProbe).toEqual({ ...alive, failureThreshold: 5 });
    expect(web.readinessProbe).toEqual({
      httpGet: { path: '/ready', port: 'http', httpHeaders: [{ name: 'Host', value: 'shop.example' }] }, periodSeconds: 3, timeoutSeconds: 2, failureThreshold: 3,
    });
  });

  test('that nobody asks for life is not restarted for it, and starts until it is ready', () => {
    const web = clusterOf(stack => service(stack, 'web')).container('web');
    expect(web).not.toHaveProperty('livenessProbe');
    expect(web.startupProbe).toMatchObject({ httpGet: { path: '/ready' }, failureThreshold: 6 });
  });

  test.each([
    { startup: '30s', every: '30s', failures: 3 }, { startup: '45s', every: '10s', failures: 1 }, { startup: '10s', every: '30s', failures: 2 },
  ] as const)('may start for $startup, checked every $every, and fails only with the $failures. failure after that, as on Docker', ({ startup, every, failures }) => {
    const { startupProbe } = clusterOf(stack => service(stack, 'web', { probes: { ready: Probe.http('/ready', { every, failures }), startup } })).container('web');
    // The first check may be made as soon as the container starts.
    const lastFailure = (startupProbe!.failureThreshold! - 1) * startupProbe!.periodSeconds!;
    expect(lastFailure).toBeGreaterThanOrEqual(Duration.of(startup).wholeSeconds + (failures - 1) * Duration.of(every).wholeSeconds);
    expect(startupProbe!.failureThreshold! * startupProbe!.periodSeconds!).toBeLessThanOrEqual(Duration.of(startup).wholeSeconds + (failures + 1) * Duration.of(every).wholeSeconds);
  });

  test('has its limits, its requests, and its command', () => {
    const web = clusterOf(stack => service(stack, 'web', { resources: { cpu: 2, memory: { request: '256Mi', limit: '1GB' } }, command: ['run'], args: ['fast'], workingDirectory: '/app' })).container('web');
    expect(web).toMatchObject({ command: ['run'], args: ['fast'], workingDir: '/app', imagePullPolicy: 'IfNotPresent', resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '2', memory: '1000000000' } } });
  });

  test('has an init process, as on Docker: the first of the pod', () => {
    expect(clusterOf(stack => service(stack, 'web')).pod('web')).toMatchObject({ shareProcessNamespace: true });
    expect(clusterOf(stack => service(stack, 'web', { init: false })).pod('web')).not.toHaveProperty('shareProcessNamespace');
  });

  test('says what a manifest cannot say of it', () => {
    const { notes } = clusterOf(stack => service(stack, 'web', { runs: Workload.service({ restart: { onFailure: 3 } }), stop: { signal: 'SIGQUIT' } }));
    expect(notes).toEqual(['shop/dev processes: left-out', 'shop/dev logs: left-out', 'web stop.signal: approximated', 'web runs.restart: approximated']);
  });
});

describe('work that ends, on Kubernetes', () => {
  test('at given times is a CronJob that never runs twice at once', () => {
    const { spec } = clusterOf(stack => new Workload(stack, 'backup', {
      image: IMAGE, command: ['backup'], ports: { metrics: 9000 }, runs: { kind: 'schedule', cron: Cron.of('30 2 * * mon', { timeZone: 'Europe/Zurich' }), deadline: Duration.hours(2) },
    })).get('CronJob', 'backup');
    expect(spec).toMatchObject({
      schedule: '30 2 * * MON', timeZone: 'Europe/Zurich', concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 3600, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3,
      jobTemplate: { spec: { activeDeadlineSeconds: 7200, backoffLimit: 1, template: { spec: { restartPolicy: 'Never', containers: [{ command: ['backup'], ports: [{ containerPort: 9000 }] }] } } } },
    });
  });

  test('when somebody asks for it is a CronJob that sleeps, with the command that wakes it', () => {
    const cluster = clusterOf(stack => new Workload(stack, 'restore', { image: IMAGE, command: ['restore'], runs: { kind: 'task' } }));
    expect(cluster.get('CronJob', 'restore').spec).toMatchObject({ suspend: true, concurrencyPolicy: 'Forbid', jobTemplate: { spec: { backoffLimit: 0 } } });
    expect(cluster.notes).toContain('restore runs: approximated');
  });
});
