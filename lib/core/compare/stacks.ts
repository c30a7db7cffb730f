import type { Construct } from 'constructs';
import { runbooksBelow, type Certificate, type Route, type Secret, type SecretOrigin, type Volume, type Workload } from '../../model';
import type { Graph } from '../graph';
import { compareAlerts } from './alerts';
import { beyond, less, NOTHING, type Finding } from './finding';
import { compareWorkloads } from './workloads';

/** What is compared, of both stacks: constructs of one name. */
interface Pair<T> { readonly name: string; readonly here: T; readonly there: T }

/** What is found, at the construct here; at the stack as a whole where there is none. */
export type Found = readonly [at: Construct, name: string, finding: Finding];

/** All that is found in two stacks, by what it is about. */
export function* findings(here: Graph, there: Graph): Iterable<Found> {
  const workloads = pairs(here, there, here.workloads, there.workloads);
  for (const { name, here: one, there: other } of workloads) {
    for (const finding of [...compareWorkloads(one.spec, other.spec), ...calls(one, other, here, there, workloads), ...backups(one, other, here, there)]) yield [one, name, finding];
  }
  for (const route of here.routes) for (const finding of exposure(route, here, there)) yield [route, here.name(route.spec.to.workload), finding];
  yield* each(pairs(here, there, here.volumes, there.volumes), compareVolumes);
  yield* each(pairs(here, there, here.secrets, there.secrets), compareSecrets);
  yield* each(pairs(here, there, here.certificates, there.certificates), compareCertificates);
  for (const finding of [...compareMetrics(here, there), ...compareAlerts(here, there)]) yield [here.stack, 'stack', finding];
}

export function pairs<T extends Construct>(here: Graph, there: Graph, ours: readonly T[], theirs: readonly T[]): readonly Pair<T>[] {
  const others = new Map(theirs.map(other => [there.name(other), other]));
  return ours.flatMap(one => {
    const name = here.name(one);
    const other = others.get(name);
    return other ? [{ name, here: one, there: other }] : [];
  });
}

function* each<T extends Construct>(list: readonly Pair<T>[], compare: (here: T, there: T) => Iterable<Finding>): Iterable<Found> {
  for (const { name, here, there } of list) for (const finding of compare(here, there)) yield [here, name, finding];
}

/** Whom it may call here alone, of those that are in both. */
function calls(one: Workload, other: Workload, here: Graph, there: Graph, both: readonly Pair<Workload>[]): Iterable<Finding> {
  const called = (graph: Graph, workload: Workload) => graph.edgesFrom(workload).filter(({ to }) => both.some(({ name }) => name === graph.name(to))).map(({ to, port }) => `${graph.name(to)} on ${port}`);
  return beyond('calls', called(here, one), called(there, other), 'who takes it over reaches more');
}

/** Whether something backs up what it holds: a scheduled workload that calls it, and that a runbook on backups tells of. */
function* backups(one: Workload, other: Workload, here: Graph, there: Graph): Iterable<Finding> {
  const [ours, theirs] = [backupsOf(one, here), backupsOf(other, there)];
  if (ours.length === 0 && theirs.length > 0) yield { field: 'backup', here: NOTHING, there: theirs.join(', '), why: 'what it holds is lost with its disk' };
}

function backupsOf(workload: Workload, graph: Graph): string[] {
  const backingUp = new Set(runbooksBelow(graph.stack).flatMap(({ purpose, of }) => (purpose === 'backup' && of ? [of] : [])));
  return graph.edgesTo(workload).flatMap(({ from }) => (backingUp.has(from) && from.spec.runs.kind === 'schedule' ? [`${graph.name(from)}, at ${from.spec.runs.cron}`] : []));
}

const REACH = { none: 0, host: 1, public: 2 } as const;

/** A way in that is not there on the other side, is open to more, or is not encrypted. */
function* exposure(route: Route, here: Graph, there: Graph): Iterable<Finding> {
  const { to, reach, protocol } = route.spec;
  const name = here.name(to.workload);
  const theirs = there.routes.filter(({ spec }) => there.name(spec.to.workload) === name);
  const same = theirs.filter(({ spec }) => spec.to.portName === to.portName);
  const widest = same.map(({ spec }) => spec.reach).reduce<keyof typeof REACH>((a, b) => (REACH[b] > REACH[a] ? b : a), 'none');
  if (REACH[reach] > REACH[widest]) yield { field: `routes.${to.portName}`, here: `open to ${OPEN[reach]}`, there: `open to ${OPEN[widest]}`, why: 'it can be attacked from there' };
  const isEncrypted = (routes: readonly Route[]) => routes.some(({ spec }) => spec.protocol === 'https' && spec.reach === 'public');
  if (reach === 'public' && protocol === 'http' && isEncrypted(theirs) && !isEncrypted(here.routesTo(to.workload))) {
    yield { field: 'routes.https', here: NOTHING, there: 'HTTPS', why: 'what is sent can be read and changed on the way' };
  }
}

const OPEN = { none: 'nobody', host: 'the host itself', public: 'all' } as const;

function* compareVolumes({ spec: here }: Volume, { spec: there }: Volume): Iterable<Finding> {
  if (here.disposable && !there.disposable) yield { field: 'disposable', here: 'yes', there: 'no', why: 'no backup need hold it' };
  yield* less('size', here.size, there.size, size => size.bytes, 'it is full sooner');
}

function* compareSecrets({ spec: here }: Secret, { spec: there }: Secret): Iterable<Finding> {
  for (const [key, origin] of Object.entries(here.keys)) {
    const other = there.keys[key];
    if (other?.kind === origin.kind) yield* less(`keys.${key}`, origin, other, strength, 'it is easier to guess', value => `${strength(value)} ${UNITS[value.kind]}`);
  }
}

/** Only values of one kind are compared. */
function strength(origin: SecretOrigin): number {
  switch (origin.kind) {
    case 'password': return origin.length;
    case 'hex': return origin.bytes;
    case 'given': return origin.minLength ?? 0;
    case 'self-signed': return 0;
  }
}

const UNITS = { password: 'characters', hex: 'bytes', given: 'characters at least', 'self-signed': '' } as const;

function* compareCertificates({ spec: here }: Certificate, { spec: there }: Certificate): Iterable<Finding> {
  if (here.source.kind === 'self-signed' && there.source.kind !== 'self-signed') {
    yield { field: 'source', here: 'self-signed', there: there.source.kind, why: 'no browser trusts it, so that people learn to ignore the warning' };
  }
}

/** Whatever is in both is to be observed here as it is there. */
function* compareMetrics(here: Graph, there: Graph): Iterable<Finding> {
  const observed = (graph: Graph) => [...new Set(graph.metrics.map(({ spec: { labels } }) => `${labels['service']} (${labels['job']})`))];
  const names = new Set(here.workloads.map(workload => here.name(workload)));
  const ours = observed(here);
  const missing = ours.length === 0 ? observed(there) : there.metrics.filter(({ spec: { labels } }) => names.has(labels['service'] ?? '')).map(({ spec: { labels } }) => `${labels['service']} (${labels['job']})`).filter(one => !ours.includes(one));
  if (missing.length > 0) yield { field: 'metrics', here: NOTHING, there: [...new Set(missing)].join(', '), why: 'nobody sees how it fares' };
}
