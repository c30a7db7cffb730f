import type { Check, Loosened, Mount, Probe, Probes, Replicas, Resources, Restart, Run, WorkloadSpec } from '../../model';
import { portText } from '../ports';
import { beyond, less, NOTHING, type Comparer, type Finding } from './finding';

/** By field. What is not compared says what the program is and does, not how well it is kept; an image may well be newer or older. */
const COMPARERS: { readonly [Field in keyof WorkloadSpec]: Comparer<WorkloadSpec[Field]> | undefined } = {
  image: undefined,
  command: undefined,
  args: undefined,
  workingDirectory: undefined,
  env: undefined,
  ports: undefined,
  connects: undefined,
  after: undefined,
  startsWithout: undefined,
  tier: undefined,
  standsInFor: undefined,
  // As large as the program needs it; the memory that is for all of it is compared.
  scratch: undefined,
  sharedMemory: undefined,
  processes: undefined,
  logs: undefined,
  // Nobody is root in any case.
  user: undefined,
  runs: compareRuns,
  resources: compareResources,
  probes: compareProbes,
  mounts: compareMounts,
  loosened: compareLoosened,
  // Below: it depends on what it is for.
  internet: undefined,
  *reaches(here, there) {
    const ways = (reached: WorkloadSpec['reaches']) => reached.flatMap(({ cidr, ports }) => ports.map(port => `${cidr} on ${portText(port)}`));
    yield* beyond('reaches', ways(here), ways(there), 'who takes it over can get further');
  },
  *stop(here, there) {
    yield* less('stop.grace', here.grace, there.grace, grace => grace.milliseconds, 'work that is going on is cut off sooner');
  },
  *init(here, there) {
    if (!here && there) yield { field: 'init', here: 'no', there: 'yes', why: 'signals may not reach it, and ended children are left behind' };
  },
};

/** Where a workload is kept less well than the other. */
export function* compareWorkloads(here: WorkloadSpec, there: WorkloadSpec): Iterable<Finding> {
  for (const field of Object.keys(COMPARERS) as (keyof WorkloadSpec)[]) yield* (COMPARERS[field] as Comparer<unknown> | undefined)?.(here[field], there[field]) ?? [];
  yield* compareInternet(here, there);
}

/** For what watches, it is the way to tell people of alerts. */
function* compareInternet(here: WorkloadSpec, there: WorkloadSpec): Iterable<Finding> {
  const watches = here.standsInFor === 'monitoring' && there.standsInFor === 'monitoring';
  if (watches && !here.internet && there.internet) yield { field: 'internet', here: 'no', there: 'yes', why: 'of what it sees, it tells nobody' };
  if (!watches && here.internet && !there.internet) yield { field: 'internet', here: 'yes', there: 'no', why: 'who takes it over can send out what it knows' };
}

function* compareRuns(here: Run, there: Run): Iterable<Finding> {
  if (here.kind === 'task' && there.kind !== 'task') {
    yield { field: 'runs', here: 'when somebody asks', there: there.kind === 'schedule' ? `at ${there.cron}` : 'by itself', why: 'nobody may think of it' };
  }
  if (here.kind === 'service' && there.kind === 'service') {
    const fewer = [...less('runs.replicas', here.replicas, there.replicas, least, least(here.replicas) === 1 ? 'while it is away, nobody answers in its place' : 'fewer are left when one is away', replicas)];
    yield* fewer;
    if (fewer.length === 0) yield* less('runs.replicas.max', here.replicas, there.replicas, most, 'it cannot grow as far', replicas);
    yield* less('runs.restart', here.restart, there.restart, tries, 'it stays down after its last try, and after a restart of the host', restart);
  }
  if (here.kind === 'release' && there.kind === 'release' && !here.check && there.check) {
    yield { field: 'runs.check', here: NOTHING, there: there.check.join(' '), why: 'each new pod of a cluster does the work itself, two at a time' };
  }
  if (here.kind === 'schedule' && there.kind === 'schedule') {
    yield* less('runs.cron', here.cron, there.cron, cron => -cron.longestPause.milliseconds, 'more time may pass between two runs');
  }
}

function least(replicas: Replicas): number {
  return typeof replicas === 'number' ? replicas : replicas.min;
}

function most(replicas: Replicas): number {
  return typeof replicas === 'number' ? replicas : replicas.max;
}

function replicas(value: Replicas): string {
  return typeof value === 'number' ? `${value}` : `${value.min} to ${value.max}`;
}

function tries(value: Restart): number {
  return typeof value === 'string' ? Number.POSITIVE_INFINITY : value.onFailure;
}

function restart(value: Restart): string {
  return typeof value === 'string' ? value : `${value.onFailure} tries`;
}

/** A request that only follows from a lower limit is the same finding. */
function* compareResources(here: Resources, there: Resources): Iterable<Finding> {
  const memory = [...less('resources.memory.limit', here.memory.limit, there.memory.limit, size => size.bytes, 'it is ended when it needs more')];
  const cpu = [...less('resources.cpu.limit', here.cpu.limit, there.cpu.limit, ({ millis }) => millis, 'it is slower under load')];
  yield* memory;
  if (memory.length === 0) yield* less('resources.memory.request', here.memory.request, there.memory.request, size => size.bytes, 'less of it is promised when the host is full');
  yield* cpu;
  if (cpu.length === 0) yield* less('resources.cpu.request', here.cpu.request, there.cpu.request, ({ millis }) => millis, 'less of it is promised when others work too');
}

function* compareProbes(here: Probes | undefined, there: Probes | undefined): Iterable<Finding> {
  if (!there) return;
  if (!here) {
    yield { field: 'probes', here: NOTHING, there: asked(there.ready.check), why: 'nobody notices that it does not work, and others do not wait for it' };
    return;
  }
  yield* less('probes.ready', here.ready.check, there.ready.check, depth, 'an open port does not tell that it can work', asked);
  yield* less('probes.ready.failures', here.ready, there.ready, probe => -patience(probe), 'it counts as well for longer after it fails', paced);
  for (const field of ['alive', 'started'] as const) {
    if (!here[field] && there[field]) yield { field: `probes.${field}`, here: NOTHING, there: asked(there[field].check), why: WITHOUT[field] };
  }
}

const WITHOUT = {
  alive: 'one that hangs is not started anew',
  started: 'a slow start is told from a failure by its time alone',
} as const;

function depth({ kind }: Check): number {
  return kind === 'tcp' ? 0 : 1;
}

function asked(check: Check): string {
  switch (check.kind) {
    case 'http': return check.path;
    case 'tcp': return 'an open port';
    case 'command': return check.command.join(' ');
  }
}

function patience({ every, failures }: Probe): number {
  return every.milliseconds * failures;
}

function paced({ every, failures }: Probe): string {
  return `${failures} times, every ${every}`;
}

function* compareMounts(here: readonly Mount[], there: readonly Mount[]): Iterable<Finding> {
  const sources = (mounts: readonly Mount[]) => mounts.flatMap(mount => ('source' in mount ? [mount.source] : []));
  yield* beyond('mounts.source', sources(here), sources(there), "what runs is what lies in the host's folder, and not what was built");
  for (const mount of there) {
    if (!('volume' in mount)) continue;
    const same = here.find(({ path }) => path === mount.path);
    if (!same) yield { field: `mounts ${mount.path}`, here: NOTHING, there: 'a volume', why: 'what it writes there is lost with its container' };
    else if ('volume' in same && mount.readOnly && !same.readOnly) yield { field: `mounts ${mount.path}`, here: 'writable', there: 'read-only', why: 'who takes it over can change what is there' };
  }
}

function* compareLoosened(here: Loosened, there: Loosened): Iterable<Finding> {
  if (here.writableRoot && !there.writableRoot) yield { field: 'loosened.writableRoot', here: 'yes', there: 'no', why: 'who takes it over can change the program' };
  yield* beyond('loosened.capabilities', here.capabilities ?? [], there.capabilities ?? [], 'it may do more than it must');
  yield* beyond('loosened.accepted', here.accepted ?? [], there.accepted ?? [], 'the risk is accepted here alone');
}
