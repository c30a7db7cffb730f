import type { Construct } from 'constructs';
import type { Certificate } from './certificate';
import type { CommandLine } from './command-line';
import type { Config } from './config';
import { Cpu, type CpuLike } from './cpu';
import type { Cron } from './cron';
import type { Destination } from './destination';
import { Duration, type DurationLike } from './duration';
import { Endpoint } from './endpoint';
import type { Image, User } from './image';
import { Primitive } from './primitive';
import { readProbes, type Probes, type ProbesLike } from './probe';
import { attempt, reportProblem } from './problem';
import type { Secret } from './secret';
import { Size, type SizeLike } from './size';
import { Text, text, type TextLike } from './text';
import type { Tier } from './tier';
import type { Volume } from './volume';
import { checkWorkload } from './workload-checks';

/** When a workload runs. */
export type Run =
  /** Until it is stopped. */
  | { readonly kind: 'service'; readonly replicas: Replicas; readonly restart: Restart }
  /**
   * Once per release, to its end, before those that name it in `after`.
   * `check` exits with 0 when the work is done: a cluster then runs the work once and lets new pods wait by the check.
   * Without it, each new pod of a cluster does the work itself first, so that it must bear being done twice at a time.
   */
  | { readonly kind: 'release'; readonly check: readonly string[] | undefined }
  /** At given times, never two at once. */
  | { readonly kind: 'schedule'; readonly cron: Cron; readonly deadline: Duration }
  /** When somebody asks for it. */
  | { readonly kind: 'task' };

/** How many containers run: a number, or a span to scale in by the use of CPU. Compose runs `min` and reports the rest. */
export type Replicas = number | { readonly min: number; readonly max: number; /** Percent of the CPU request. */ readonly cpu: number };
/** What asks a program to end. */
export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGWINCH' | 'SIGKILL';
/** When a container that has ended is started anew. Docker: as it says. Kubernetes: always. */
export type Restart = 'always' | 'unless-stopped' | { readonly onFailure: number };

/** A port that the containers of a workload listen on. */
export interface Port {
  /** From 1 to 65535: the same inside and outside of the container. */
  readonly number: number;
  /** What carries it. */
  readonly protocol: 'tcp' | 'udp';
}

/** The number of a port; with `protocol`, where it is not TCP. Default: TCP. */
export type PortLike = number | { readonly number: number; readonly protocol?: 'tcp' | 'udp' };

/**
 * What a workload is promised and what it may use at most: {@link ResourcesLike} with every default filled in. Compose:
 * reservations and limits of `deploy`. Kubernetes: requests and limits.
 */
export interface Resources { readonly cpu: { readonly request: Cpu; readonly limit: Cpu }; readonly memory: { readonly request: Size; readonly limit: Size } }
/** A single value is the limit. Requests default to the whole memory limit and a quarter of the CPU limit. */
export interface ResourcesLike {
  /** In cores: `0.5`; or in thousandths of one: `'500m'`. Who wants more than the limit is slowed down. */
  readonly cpu: CpuLike | { readonly request: CpuLike; readonly limit: CpuLike };
  /** With its unit: `'512Mi'`. Who needs more than the limit is ended. */
  readonly memory: SizeLike | { readonly request: SizeLike; readonly limit: SizeLike };
}

/**
 * What is seen at `path` inside the container: a folder for everything but a single file of a `source`. `readOnly`: whether
 * it cannot be written to. Default: false.
 */
export type Mount =
  | { readonly volume: Volume; readonly path: string; readonly readOnly?: boolean }
  | { readonly config: Config; readonly path: string }
  /** A file per key. Default: all keys. */
  | { readonly secret: Secret; readonly path: string; readonly keys?: readonly string[] }
  | { readonly certificate: Certificate; readonly path: string }
  /** A folder of the project, relative to the project's own: for hot reload. Only where it is one's own machine. */
  | { readonly source: string; readonly path: string; readonly readOnly?: boolean };

/** A folder in memory that is empty at each start: what a program with a read-only root may write to. */
export interface Scratch {
  /** Where it is in the container: absolute. */
  readonly path: string;
  /** The most that it holds. It counts against the memory limit. */
  readonly size: SizeLike;
}

/** Loosened on purpose, one by one; each is reported. */
export interface Loosened {
  /** The root file system can be written to. Default: false. */
  readonly writableRoot?: boolean;
  /**
   * `NET_BIND_SERVICE`, for an image that listens below 1024 and cannot be told otherwise: the only one that Pod Security
   * "restricted" allows. As a process that is not root gains no capability, both targets open such ports by a `sysctl` as well.
   * Default: none.
   */
  readonly capabilities?: readonly 'NET_BIND_SERVICE'[];
  /** Risks of the product itself that its user accepted, in words. Default: none. */
  readonly accepted?: readonly string[];
}

/** A service that only some targets offer by themselves; a workload can stand in for it on the others. */
export type Capability = 'certificate-controller' | 'monitoring';

/** The most processes and threads of a workload that says nothing of them: enough for most programs, too few for a fork bomb. */
export const DEFAULT_PROCESSES = 256;
/** How much a workload logs that says nothing of it: the oldest file goes first. */
export const DEFAULT_LOGS = {
  /** Of each file. */
  maxSize: Size.of('10MB'),
  /** At most. */
  maxFiles: 3,
} as const;

/** What a {@link Workload} can be asked for. Only the image must be said: everything else has a safe default. */
export interface WorkloadProps<Ports extends Readonly<Record<string, PortLike>> = Readonly<Record<string, PortLike>>> {
  /** What runs. Compose: `image`, and `build` where it is built here. Kubernetes: `image`. */
  readonly image: Image;
  /**
   * When it runs. Default: all the time, one replica. Compose: a service; on a schedule, with a cron runner in it; when
   * asked, in the profile `tasks`. Kubernetes: a Deployment or a StatefulSet; a Job once per release, a CronJob on a
   * schedule, a suspended one when asked.
   */
  readonly runs?: Run;
  /** Replaces the image's entry point. Default: that. Compose: `entrypoint`. Kubernetes: `command`. */
  readonly command?: CommandLine<TextLike>;
  /** Follows the entry point; replaces the image's default command. Default: that. Compose: `command`. Kubernetes: `args`. */
  readonly args?: CommandLine<TextLike>;
  /** Absolute. Default: the image's. Compose: `working_dir`. Kubernetes: `workingDir`. */
  readonly workingDirectory?: string;
  /**
   * Name → value. Default: none. Compose: `environment`, where a secret is a variable of `docker compose`. Kubernetes:
   * `env`, where a secret is a `secretKeyRef`.
   */
  readonly env?: Readonly<Record<string, TextLike>>;
  /** Name → number. Names of at most 15 letters, digits and dashes. Default: none. Compose: `expose`. Kubernetes: `ports`, and a Service. */
  readonly ports?: Ports;
  /**
   * How to tell that it is well. Default: nobody asks. Compose: `healthcheck`, which only `ready` makes; without probes the
   * image's own is off. Kubernetes: `startupProbe`, `readinessProbe`, `livenessProbe`.
   */
  readonly probes?: ProbesLike<Extract<keyof Ports, string>>;
  /** What it sees of volumes, files and secrets. Default: nothing. Compose: `volumes`, `configs`, `secrets`. Kubernetes: `volumeMounts`. */
  readonly mounts?: readonly Mount[];
  /** Folders in memory that it may write to. Default: `/tmp`, 64 MiB. Compose: `tmpfs`. Kubernetes: an emptyDir in memory. */
  readonly scratch?: readonly Scratch[];
  /** The size of `/dev/shm`. Default: Docker's 64 MiB; a cluster gives it only if asked for. Compose: `shm_size`. Kubernetes: an emptyDir in memory. */
  readonly sharedMemory?: SizeLike;
  /** What it is promised, and may use at most. Default: 1 CPU and 512 MiB. Compose: `deploy.resources`. Kubernetes: `resources`. */
  readonly resources?: ResourcesLike;
  /** Who it runs as; never root. Default: the image's, if it is known. Compose: `user`. Kubernetes: `runAsUser`, `runAsGroup`. */
  readonly user?: User;
  /** Safeguards that it does without. Default: none. Compose: `read_only`, `cap_add`. Kubernetes: the `securityContext`. */
  readonly loosened?: Loosened;
  /**
   * Whether it may reach what is outside of the stack. Default: no. Compose: a network with a way out. Kubernetes: a
   * NetworkPolicy, for addresses that are not private.
   */
  readonly internet?: boolean;
  /**
   * What it calls outside of the stack by addresses that are not on the internet: a database service, a mail server of one's
   * own network. Default: nothing. Compose: a network with a way out, which Docker does not limit to these addresses.
   * Kubernetes: a NetworkPolicy, for these addresses and ports.
   */
  readonly reaches?: readonly Destination[];
  /**
   * How it is asked to end, and how long it may take until it is killed. Default: by the image's own signal, and 10 s.
   * Compose: `stop_signal`, `stop_grace_period`. Kubernetes: the image's own signal in any case, and
   * `terminationGracePeriodSeconds`, 5 s longer where it takes traffic, 30 s where that comes by a load balancer.
   */
  readonly stop?: { readonly signal?: StopSignal; readonly grace?: DurationLike };
  /** A small init process that forwards signals and reaps children. Default: true. Compose: `init`. Kubernetes: `shareProcessNamespace`. */
  readonly init?: boolean;
  /**
   * How much of its log is kept. Default: {@link DEFAULT_LOGS}, 10 MB in each of 3 files. Compose: `logging`. Kubernetes:
   * left out; each node rotates all logs alike.
   */
  readonly logs?: { readonly maxSize: SizeLike; readonly maxFiles: number };
  /**
   * The most processes and threads. Default: {@link DEFAULT_PROCESSES}, 256. Compose: `pids` of the limits. Kubernetes: left
   * out; each node has one limit for all pods.
   */
  readonly processes?: number;
  /**
   * Once-per-release workloads that must have ended first. Default: none. Compose: `depends_on`. Kubernetes: init
   * containers, which wait for them or do the work.
   */
  readonly after?: readonly WorkloadLike[];
  /** Workloads that it refers to, but need not wait for. Default: none. Compose: no `depends_on`. Kubernetes: nothing, as all pods start at once. */
  readonly startsWithout?: readonly WorkloadLike[];
  /** Endpoints that it calls without any text that says so. Default: none. Compose: a network with each, and `depends_on`. Kubernetes: NetworkPolicies. */
  readonly connects?: readonly Endpoint[];
  /** The part of the stack's network that it is called in. Default: none. Compose: the range of its networks. Kubernetes: a label on the pods. */
  readonly tier?: Tier;
  /**
   * Left out where the target offers this by itself. Default: it is never left out. Compose: it runs. Kubernetes: nothing,
   * for `certificate-controller`; nor for `monitoring`, where the target is told of a Prometheus Operator.
   */
  readonly standsInFor?: Capability;
}

/** What a {@link Workload} is, with every default filled in, as targets read it; aspects may change it. Each field is that of {@link WorkloadProps}. */
export interface WorkloadSpec {
  image: Image;
  runs: Run;
  command: readonly Text[] | undefined;
  args: readonly Text[] | undefined;
  workingDirectory: string | undefined;
  env: Record<string, Text>;
  ports: Record<string, Port>;
  probes: Probes | undefined;
  mounts: Mount[];
  scratch: { path: string; size: Size }[];
  sharedMemory: Size | undefined;
  resources: Resources;
  user: User | undefined;
  loosened: Loosened;
  internet: boolean;
  reaches: { cidr: string; ports: Port[] }[];
  stop: { signal: StopSignal | undefined; grace: Duration };
  init: boolean;
  logs: { maxSize: Size; maxFiles: number };
  processes: number;
  after: Workload[];
  startsWithout: Workload[];
  connects: Endpoint[];
  tier: Tier | undefined;
  standsInFor: Capability | undefined;
}

/** A workload, or the construct of a product that is one. */
export type WorkloadLike = Workload | { readonly workload: Workload };

/** The workload itself, of a product that is one. */
export function workloadOf(like: WorkloadLike): Workload {
  return 'workload' in like ? like.workload : like;
}

/**
 * Containers of one image: the one primitive that runs.
 *
 * Compose: a service. Kubernetes: a Deployment, or a StatefulSet where a volume is its own, with a Service for its ports; a
 * Job or a CronJob for what ends. Each has a ServiceAccount, and a NetworkPolicy for whom it calls and who calls it.
 */
export class Workload extends Primitive<'workload', WorkloadSpec> {
  /** Long-running, restarted unless somebody stopped it. Default: one replica, and `unless-stopped`. */
  static service({ replicas = 1, restart = 'unless-stopped' }: { readonly replicas?: Replicas; readonly restart?: Restart } = {}): Run {
    return { kind: 'service', replicas, restart };
  }

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id, 'workload', {} as WorkloadSpec);
    Object.assign(this.spec, readProps(this, props));
    checkWorkload(this);
  }

  /** One of its ports, by the name that `ports` gives it: whoever refers to it may call it. */
  endpoint(portName: string): Endpoint {
    return new Endpoint(this, portName);
  }
}

function readProps(workload: Workload, props: WorkloadProps): WorkloadSpec {
  const {
    image, runs = Workload.service(), command, args, workingDirectory, env = {}, ports = {}, probes, mounts = [],
    scratch = [{ path: '/tmp', size: '64Mi' }], sharedMemory, resources = { cpu: 1, memory: '512Mi' }, user = image.facts.user,
    loosened = {}, internet = false, reaches = [], stop: { signal, grace = '10s' } = {}, init = true, logs = DEFAULT_LOGS,
    processes = DEFAULT_PROCESSES, after = [], startsWithout = [], connects = [], tier, standsInFor,
  } = props;
  for (const fault of [...command?.faults ?? [], ...args?.faults ?? []]) reportProblem(workload, fault);
  const asText = (field: string, value: TextLike) => attempt(workload, field, () => Text.of(value), text``);
  const size = (field: string, value: SizeLike) => attempt(workload, field, () => Size.of(value), Size.mebibytes(1));
  return {
    image, runs, workingDirectory, loosened, internet, init, processes, tier, standsInFor, user,
    probes: probes && readProbes(probes, workload),
    command: command?.map(word => asText('a word of its command', word)),
    args: args?.map(word => asText('a word of its args', word)),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, asText(`the variable ${name}`, value)])),
    ports: Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, readPort(port)])),
    reaches: reaches.map(({ cidr, port }) => ({ cidr, ports: (isList(port) ? port : [port]).map(readPort) })),
    mounts: [...mounts],
    scratch: scratch.map(({ path, size: limit }) => ({ path, size: size(`scratch ${path}`, limit) })),
    sharedMemory: sharedMemory && size('sharedMemory', sharedMemory),
    resources: attempt(workload, 'resources', () => readResources(resources), readResources({ cpu: 1, memory: '512Mi' })),
    stop: { signal, grace: attempt(workload, 'stop.grace', () => Duration.of(grace), Duration.seconds(10)) },
    logs: { ...logs, maxSize: size('logs.maxSize', logs.maxSize) },
    after: after.map(workloadOf), startsWithout: startsWithout.map(workloadOf), connects: [...connects],
  };
}

function readPort(port: PortLike): Port {
  return { protocol: 'tcp', ...(typeof port === 'number' ? { number: port } : port) };
}

function isList(port: Destination['port']): port is readonly PortLike[] {
  return Array.isArray(port);
}

/** Fills in what {@link ResourcesLike} leaves open. */
export function readResources({ cpu, memory }: ResourcesLike): Resources {
  const memoryLimit = Size.of(hasLimit(memory) ? memory.limit : memory);
  const cpuLimit = Cpu.of(hasLimit(cpu) ? cpu.limit : cpu);
  return {
    cpu: { limit: cpuLimit, request: hasLimit(cpu) ? Cpu.of(cpu.request) : Cpu.millis(Math.max(1, Math.floor(cpuLimit.millis / 4))) },
    memory: { limit: memoryLimit, request: hasLimit(memory) ? Size.of(memory.request) : memoryLimit },
  };
}

function hasLimit<T extends { readonly limit: unknown }>(value: unknown): value is T {
  return typeof value === 'object' && value !== null && 'limit' in value;
}
