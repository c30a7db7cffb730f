import { k8s } from 'cdk8s-plus-28';
import { ownsVolume } from '../../core/graph';
import type { Document } from '../../core/target';
import type { Run, Workload } from '../../model';
import { document, metadata, selectorOf, type Context } from './context';
import { podOf, spreadOf, templatesOf, type PodTraits } from './pods';
import { OFFERED } from './plan';
import { policyOf } from './policies';
import { probesOf } from './probes';
import { governingService, governingServiceOf, serviceOf } from './services';
import { claimTemplate } from './storage';
import type { Manifests } from './types';

/** The time for load balancers and proxies to hear that a pod goes, before it is told to. */
const DRAIN = 5;
/** Ten minutes with growing pauses: what a new cluster may need until a database is there. */
const RELEASE_RETRIES = 6;
const DAY = 24 * 60 * 60;
/** How late a scheduled run may begin, when the cluster was busy or down. */
const LATENESS = 60 * 60;
/** A suspended CronJob must have a schedule. */
const NEVER_MIND = '0 0 1 1 *';

/** All that a workload becomes by itself. Those that run in the pods of others, or that the cluster replaces, become nothing. */
export function workloadDocuments(workload: Workload, context: Context): Document[] {
  const { graph, plan, findings } = context;
  const {
    image: _image, runs, command: _command, args: _args, workingDirectory: _workingDirectory, env: _env, ports: _ports, probes: _probes, mounts: _mounts,
    scratch: _scratch, sharedMemory: _sharedMemory, resources: _resources, user: _user, loosened, internet: _internet, stop, init: _init, logs: _logs,
    processes: _processes, after: _after, startsWithout: _startsWithout, connects: _connects, tier: _tier, standsInFor, ...rest
  } = workload.spec;
  rest satisfies Record<string, never>;
  if (standsInFor && plan.isLeftOut(workload)) {
    findings.note(workload, 'standsInFor', 'approximated', OFFERED[standsInFor]);
    return [];
  }
  if (loosened.writableRoot) findings.note(workload, 'loosened.writableRoot', 'loosened', 'its root file system can be written to');
  for (const risk of loosened.accepted ?? []) findings.note(workload, 'loosened.accepted', 'loosened', risk);
  for (const capability of loosened.capabilities ?? []) findings.note(workload, 'loosened.capabilities', 'loosened', `it keeps the capability ${capability}`);
  if (!plan.hasPods(workload)) {
    const hosts = plan.hostsOf(workload).map(host => graph.name(host)).join(', ');
    if (hosts && !plan.isFiller(workload)) findings.note(workload, 'runs', 'approximated', `without a check, each new pod of ${hosts} does it first; several may do it at a time`);
    return [];
  }
  if (stop.signal && stop.signal !== 'SIGTERM') {
    findings.note(workload, 'stop.signal', 'approximated', `the signal is the one that the image names (STOPSIGNAL), which should be ${stop.signal}; clusters have had a field for it only since version 1.33`);
  }
  const name = graph.name(workload);
  const policy = policyOf(workload, context);
  return [
    document(context, workload, 'ServiceAccount', name, k8s.KubeServiceAccount.manifest({ metadata: metadata(context, name), automountServiceAccountToken: false })),
    ...(CONTROLLERS[runs.kind] as (w: Workload, r: Run, c: Context) => Document[])(workload, runs, context),
    ...(policy ? [document(context, workload, 'NetworkPolicy', name, policy, 'network-policies.yaml')] : []),
  ];
}

const CONTROLLERS: { readonly [K in Run['kind']]: (workload: Workload, runs: Extract<Run, { kind: K }>, context: Context) => Document[] } = {
  service: (workload, { kind: _kind, replicas, restart, ...rest }, context) => {
    rest satisfies Record<string, never>;
    const { graph, findings } = context;
    if (typeof restart !== 'string') {
      findings.note(workload, 'runs.restart', 'approximated', `a cluster starts it again without end, with growing pauses, not only ${restart.onFailure} times`);
    }
    const name = graph.name(workload);
    const isStateful = ownsVolume(graph, workload);
    const most = typeof replicas === 'number' ? replicas : replicas.max;
    return [
      ...serviceOf(workload, context),
      ...(isStateful ? [governingService(workload, context), statefulSet(workload, context)] : [deployment(workload, replicas, context)]),
      ...(most > 1 ? [disruptionBudget(workload, context)] : []),
      ...(typeof replicas === 'number' ? [] : [autoscaler(workload, replicas, context)]),
    ].map(([kind, documentName, body]) => document(context, workload, kind, documentName ?? name, body));
  },
  release: (workload, { kind: _kind, check: _check, ...rest }, context) => {
    rest satisfies Record<string, never>;
    const name = context.graph.name(workload);
    return [document(context, workload, 'Job', name, k8s.KubeJob.manifest({
      // Its final name carries a hash of the pods: a Job cannot be changed, and each release runs its own.
      metadata: metadata(context, name),
      spec: { ttlSecondsAfterFinished: DAY, backoffLimit: RELEASE_RETRIES, template: passingPod(workload, context) },
    }))];
  },
  schedule: (workload, { kind: _kind, cron, deadline, ...rest }, context) => {
    rest satisfies Record<string, never>;
    return [cronJob(workload, {
      schedule: cron.expression, timeZone: cron.timeZone, startingDeadlineSeconds: LATENESS,
    }, { backoffLimit: 1, activeDeadlineSeconds: deadline.wholeSeconds }, context)];
  },
  task: (workload, { kind: _kind, ...rest }, context) => {
    rest satisfies Record<string, never>;
    const { graph, findings } = context;
    const name = graph.name(workload);
    findings.note(workload, 'runs', 'approximated', `a CronJob that never comes of itself; run it with: kubectl --namespace ${graph.stack.projectName} create job --from=cronjob/${name} ${name}-1`);
    return [cronJob(workload, { schedule: NEVER_MIND, suspend: true }, { backoffLimit: 0 }, context)];
  },
};

type Made = { [K in keyof Manifests]: readonly [kind: K, name: string | undefined, body: Manifests[K]] }[keyof Manifests];

function deployment(workload: Workload, replicas: Extract<Run, { kind: 'service' }>['replicas'], context: Context): Made {
  const name = context.graph.name(workload);
  const takesTraffic = Object.keys(workload.spec.ports).length > 0;
  const strategy: k8s.DeploymentStrategy | undefined = context.plan.mustBeAlone(workload) ? { type: 'Recreate' }
    : takesTraffic ? { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: k8s.IntOrString.fromNumber(0), maxSurge: k8s.IntOrString.fromNumber(1) } }
      : undefined;
  const isMany = typeof replicas !== 'number' || replicas > 1;
  const template = podOf(workload, { ...lasting(workload, takesTraffic ? DRAIN : 0, context), ...(isMany ? spreadOf(name) : {}) }, context);
  const manifest = k8s.KubeDeployment.manifest({
    metadata: metadata(context, name),
    spec: { ...(typeof replicas === 'number' ? { replicas } : {}), selector: { matchLabels: selectorOf(name) }, strategy, template },
  });
  if (takesTraffic) drain(manifest);
  return ['Deployment', name, manifest];
}

/** Pauses by the kubelet itself, so that the image needs no shell. Clusters know it since version 1.30, the types do not yet. */
function drain(manifest: { spec: { template: { spec: { containers: { lifecycle?: object }[] } } } }): void {
  manifest.spec.template.spec.containers[0]!.lifecycle = { preStop: { sleep: { seconds: DRAIN } } };
}

function statefulSet(workload: Workload, context: Context): Made {
  const name = context.graph.name(workload);
  return ['StatefulSet', name, k8s.KubeStatefulSet.manifest({
    metadata: metadata(context, name),
    spec: {
      replicas: 1,
      serviceName: governingServiceOf(name),
      selector: { matchLabels: selectorOf(name) },
      template: podOf(workload, lasting(workload, 0, context), context),
      volumeClaimTemplates: templatesOf(workload, context).map(volume => claimTemplate(volume, context)),
    },
  })];
}

/** The grace period covers the pause before the stop: it begins with it. */
function lasting(workload: Workload, pause: number, { dialect }: Context): PodTraits {
  const { signal: _signal, grace, ...rest } = workload.spec.stop;
  rest satisfies Record<string, never>;
  return { terminationGracePeriodSeconds: grace.wholeSeconds + pause, container: probesOf(workload, dialect) };
}

/** A pod that runs to its end. Each try is a new one, so that the logs of failed ones can be read. */
function passingPod(workload: Workload, context: Context): k8s.PodTemplateSpec {
  return podOf(workload, { restartPolicy: 'Never', terminationGracePeriodSeconds: workload.spec.stop.grace.wholeSeconds }, context);
}

function cronJob(workload: Workload, when: Omit<k8s.CronJobSpec, 'jobTemplate'>, job: Omit<k8s.JobSpec, 'template'>, context: Context): Document {
  const name = context.graph.name(workload);
  const meta = metadata(context, name);
  return document(context, workload, 'CronJob', name, k8s.KubeCronJob.manifest({
    metadata: meta,
    spec: {
      ...when,
      concurrencyPolicy: 'Forbid', successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3,
      jobTemplate: { metadata: { labels: meta.labels }, spec: { ...job, template: passingPod(workload, context) } },
    },
  }));
}

function disruptionBudget(workload: Workload, context: Context): Made {
  const name = context.graph.name(workload);
  return ['PodDisruptionBudget', name, k8s.KubePodDisruptionBudget.manifest({
    metadata: metadata(context, name),
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: selectorOf(name) }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  })];
}

function autoscaler(workload: Workload, { min, max, cpu, ...rest }: { readonly min: number; readonly max: number; readonly cpu: number }, context: Context): Made {
  rest satisfies Record<string, never>;
  const name = context.graph.name(workload);
  return ['HorizontalPodAutoscaler', name, k8s.KubeHorizontalPodAutoscalerV2.manifest({
    metadata: metadata(context, name),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } }],
    },
  })];
}
