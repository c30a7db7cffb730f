import { ownsVolume, textsOf } from '../../core/graph';
import type { Document } from '../../core/target';
import { DEFAULT_LOGS, DEFAULT_PROCESSES, type Duration, type Run, type Workload } from '../../model';
import { document, metadata, selectorOf, type Body, type Context } from './context';
import { podOf, spreadOf, templatesOf, type PodTraits } from './pods';
import { OFFERED } from './plan';
import { policyOf } from './policies';
import { probesOf, roundedTimes } from './probes';
import { isBehindLoadBalancer } from './routes';
import { governingService, governingServiceOf, serviceOf } from './services';
import { claimTemplate } from './storage';
import type { Manifests, PodTemplate } from './types';

type CronJobSpec = Manifests['CronJob']['spec'];

/** The time for proxies to hear that a pod goes, before it is told to. */
const DRAIN = 5;
/**
 * The same for load balancers, which learn by health checks of theirs, in up to 30 s, which nodes have a pod: they are told
 * neither when one comes nor when it goes. Until then requests for a node without one are lost.
 */
const BALANCERS_LEARN = 30;
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
    image: _image, runs, command: _command, args: _args, workingDirectory: _workingDirectory, env: _env, ports: _ports, probes: _probes, mounts,
    scratch: _scratch, sharedMemory: _sharedMemory, resources: _resources, user: _user, loosened, internet: _internet, reaches: _reaches, stop, init: _init, logs,
    processes, after: _after, startsWithout: _startsWithout, connects: _connects, tier: _tier, standsInFor, ...rest
  } = workload.spec;
  rest satisfies Record<string, never>;
  if (standsInFor && plan.isLeftOut(workload)) {
    findings.note(workload, 'standsInFor', 'approximated', OFFERED[standsInFor]);
    return [];
  }
  if (processes < DEFAULT_PROCESSES) findings.note(workload, 'processes', 'left-out', `nothing keeps it to ${processes} processes: each node has one limit for all pods`);
  if (logs.maxSize.bytes !== DEFAULT_LOGS.maxSize.bytes || logs.maxFiles !== DEFAULT_LOGS.maxFiles) {
    findings.note(workload, 'logs', 'left-out', `its log is not kept in ${logs.maxFiles} files of ${logs.maxSize}: each node rotates those of all containers alike`);
  }
  if (loosened.writableRoot) findings.note(workload, 'loosened.writableRoot', 'loosened', 'its root file system can be written to');
  for (const risk of loosened.accepted ?? []) findings.note(workload, 'loosened.accepted', 'loosened', risk);
  for (const capability of loosened.capabilities ?? []) findings.note(workload, 'loosened.capabilities', 'loosened', `it keeps the capability ${capability}`);
  for (const mount of mounts) {
    if ('source' in mount) findings.note(workload, 'mounts.source', 'left-out', `the folder ${mount.source} of a developer's machine is not on a cluster's nodes: the image must have what belongs at ${mount.path}`);
  }
  noteLeftOut(workload, context);
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
  noteRounding(workload, context);
  for (const { workload: guest } of plan.guestsOf(workload)) {
    const own = waysOut(workload, context);
    const more = waysOut(guest, context).filter(way => !own.includes(way));
    if (more.length > 0) findings.note(workload, 'connections', 'approximated', `policies are for whole pods: its own may reach ${more.join(', ')} as well, for ${graph.name(guest)}, which runs in them first`);
  }
  return [
    document(context, workload, 'ServiceAccount', name, { metadata: metadata(context, name), automountServiceAccountToken: false }),
    ...(CONTROLLERS[runs.kind] as (w: Workload, r: Run, c: Context) => Document[])(workload, runs, context),
    ...(policy ? [document(context, workload, 'NetworkPolicy', name, policy, 'network-policies.yaml')] : []),
  ];
}

/** Names of what is not here: nobody answers to them. */
function noteLeftOut(workload: Workload, { graph, plan, findings }: Context): void {
  const mentioned = textsOf(workload).flatMap(text => text.references.flatMap(reference => (reference.kind === 'host' ? [reference.endpoint] : [])));
  for (const other of new Set([...mentioned, ...workload.spec.connects].map(endpoint => endpoint.workload))) {
    if (other === workload || !plan.isLeftOut(other)) continue;
    findings.note(workload, 'connections', 'left-out', `it refers to ${graph.name(other)}, which is left out here: nobody answers to that name, and what the cluster has in its place has another`);
  }
}

/** `db:5432`, `10.0.5.0/24:5432`, `the internet`. */
function waysOut(workload: Workload, { graph }: Context): string[] {
  const { reaches, internet } = workload.spec;
  return [
    ...graph.edgesFrom(workload).map(({ to, port }) => `${graph.name(to)}:${port}`),
    ...reaches.flatMap(({ cidr, ports }) => ports.map(({ number }) => `${cidr}:${number}`)),
    ...(internet ? ['the internet'] : []),
  ];
}

/** Clusters count in whole seconds. */
function noteRounding(workload: Workload, { findings }: Context): void {
  const { runs, probes, stop: { grace } } = workload.spec;
  const times = probes && runs.kind === 'service' ? roundedTimes(probes) : [];
  const longer = (field: string, asked: Duration) => {
    if (asked.inSeconds !== asked.wholeSeconds) findings.note(workload, field, 'approximated', `rounded up to whole seconds: ${asked} is ${asked.wholeSeconds}s`);
  };
  if (times.length > 0) findings.note(workload, 'probes', 'approximated', `rounded up to whole seconds, and a start to whole checks: ${times.join(', ')}`);
  longer('stop.grace', grace);
  if (runs.kind === 'schedule') longer('runs.deadline', runs.deadline);
}

const CONTROLLERS: { readonly [K in Run['kind']]: (workload: Workload, runs: Extract<Run, { kind: K }>, context: Context) => Document[] } = {
  service: (workload, { kind: _kind, replicas, restart, ...rest }, context) => {
    rest satisfies Record<string, never>;
    const { graph, findings } = context;
    if (typeof restart !== 'string') {
      findings.note(workload, 'runs.restart', 'approximated', `a cluster starts it again without end, with growing pauses, not only ${restart.onFailure} times`);
    }
    const isStateful = ownsVolume(graph, workload);
    const most = typeof replicas === 'number' ? replicas : replicas.max;
    return [
      ...serviceOf(workload, context),
      ...(isStateful || graph.isAskedByEach(workload) ? [governingService(workload, context)] : []),
      isStateful ? statefulSet(workload, context) : deployment(workload, replicas, context),
      ...(most > 1 ? [disruptionBudget(workload, context)] : []),
      ...(typeof replicas === 'number' ? [] : [autoscaler(workload, replicas, context)]),
    ].map(([kind, name, body]) => document(context, workload, kind, name, body));
  },
  release: (workload, { kind: _kind, check: _check, ...rest }, context) => {
    rest satisfies Record<string, never>;
    const name = context.graph.name(workload);
    return [document(context, workload, 'Job', name, {
      // Its final name carries a hash of the pods: a Job cannot be changed, and each release runs its own.
      metadata: metadata(context, name),
      spec: { ttlSecondsAfterFinished: DAY, backoffLimit: RELEASE_RETRIES, template: passingPod(workload, context) },
    })];
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

type Made = { [K in keyof Manifests]: readonly [kind: K, name: string, body: Body<K>] }[keyof Manifests];

function deployment(workload: Workload, replicas: Extract<Run, { kind: 'service' }>['replicas'], context: Context): Made {
  const name = context.graph.name(workload);
  const takesTraffic = Object.keys(workload.spec.ports).length > 0;
  const isMany = (typeof replicas === 'number' ? replicas : replicas.max) > 1;
  const isAlone = context.plan.mustBeAlone(workload);
  const isBalanced = !isAlone && isBehindLoadBalancer(workload, context);
  const pause = isBalanced ? BALANCERS_LEARN : takesTraffic ? DRAIN : 0;
  return ['Deployment', name, {
    metadata: metadata(context, name),
    spec: {
      ...(typeof replicas === 'number' ? { replicas } : {}),
      selector: { matchLabels: selectorOf(name) },
      ...(isBalanced ? { minReadySeconds: BALANCERS_LEARN } : {}),
      ...(isAlone ? { strategy: { type: 'Recreate' } }
        // Behind a load balancer each step takes half a minute more: there are fewer of them.
        : takesTraffic ? { strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: isBalanced ? '25%' : 1 } } } : {}),
      template: podOf(workload, { ...lasting(workload, pause, context), ...(isMany ? spreadOf(name) : {}) }, context),
    },
  }];
}

function statefulSet(workload: Workload, context: Context): Made {
  const name = context.graph.name(workload);
  return ['StatefulSet', name, {
    metadata: metadata(context, name),
    spec: {
      replicas: 1,
      serviceName: governingServiceOf(name),
      // In order, a pod that never becomes ready would be waited for without end, also by a roll-back (kubernetes/kubernetes#67250).
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: selectorOf(name) },
      template: podOf(workload, lasting(workload, 0, context), context),
      volumeClaimTemplates: templatesOf(workload, context).map(volume => claimTemplate(volume, context)),
    },
  }];
}

/** The grace period covers the pause before the stop, which the kubelet itself makes: the image needs no shell for it. */
function lasting(workload: Workload, pause: number, { dialect }: Context): PodTraits {
  const { signal: _signal, grace, ...rest } = workload.spec.stop;
  rest satisfies Record<string, never>;
  return {
    terminationGracePeriodSeconds: grace.wholeSeconds + pause,
    container: { ...probesOf(workload, dialect), ...(pause > 0 ? { lifecycle: { preStop: { sleep: { seconds: pause } } } } : {}) },
  };
}

/** A pod that runs to its end. Each try is a new one, so that the logs of failed ones can be read. */
function passingPod(workload: Workload, context: Context): PodTemplate {
  return podOf(workload, { restartPolicy: 'Never', terminationGracePeriodSeconds: workload.spec.stop.grace.wholeSeconds }, context);
}

function cronJob(workload: Workload, when: Omit<CronJobSpec, 'jobTemplate'>, job: Omit<Manifests['Job']['spec'], 'template'>, context: Context): Document {
  const name = context.graph.name(workload);
  const meta = metadata(context, name);
  return document(context, workload, 'CronJob', name, {
    metadata: meta,
    spec: {
      ...when,
      concurrencyPolicy: 'Forbid', successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3,
      jobTemplate: { metadata: { labels: meta.labels }, spec: { ...job, template: passingPod(workload, context) } },
    },
  });
}

function disruptionBudget(workload: Workload, context: Context): Made {
  const name = context.graph.name(workload);
  return ['PodDisruptionBudget', name, {
    metadata: metadata(context, name),
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(name) }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  }];
}

function autoscaler(workload: Workload, { min, max, cpu, ...rest }: { readonly min: number; readonly max: number; readonly cpu: number }, context: Context): Made {
  rest satisfies Record<string, never>;
  const name = context.graph.name(workload);
  return ['HorizontalPodAutoscaler', name, {
    metadata: metadata(context, name),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } }],
    },
  }];
}
