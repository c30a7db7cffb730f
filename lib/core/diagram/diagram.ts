import { pathOf, type Route, type Run, type Workload } from '../../model';
import type { Graph } from '../graph';
import { portText } from '../ports';

/** A box: a workload, a volume, or the world around the stack. */
export interface Box {
  /** A word of letters, digits and underscores. */
  readonly id: string;
  readonly kind: Run['kind'] | 'volume' | 'outside';
  readonly title: string;
  /** A second line, in smaller letters. */
  readonly detail: string;
  /** The construct's path; the outside has none. */
  readonly construct: string | undefined;
  readonly tier: string | undefined;
}

/** An arrow. `call`: may open a connection. `route`: a way in. `mount`: reads or writes. `wait`: starts after its end. */
export interface Arrow {
  readonly kind: 'call' | 'route' | 'mount' | 'wait';
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A stack as a picture: what stands in it, who calls whom on which port, where data is kept, what can be reached from outside. */
export interface Diagram {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  /** The tiers of the network, in the order of the program. */
  readonly tiers: readonly string[];
}

const OUTSIDE = { public: 'anyone', host: 'this machine', internet: 'the internet' } as const;

/** @param addressOf where a target publishes for the host itself. Default: only the number is known. */
export function diagramOf(graph: Graph, addressOf = ({ spec: { published } }: Route) => `:${published}`): Diagram {
  const ids = new Map<unknown, string>([...graph.workloads, ...graph.volumes].map((construct, i) => [construct, `${graph.name(construct).replace(/\W/g, '_')}_${i}`]));
  const idOf = (construct: unknown) => ids.get(construct)!;
  const outside = new Set<keyof typeof OUTSIDE>([...graph.routes.map(({ spec }) => spec.reach), ...(graph.workloads.some(({ spec }) => spec.internet) ? ['internet' as const] : [])]);
  const ranges = new Set(graph.workloads.flatMap(({ spec: { reaches } }) => reaches.map(({ cidr }) => cidr)));
  return {
    title: graph.stack.node.path,
    tiers: [...new Set(graph.workloads.flatMap(({ spec: { tier } }) => tier?.name ?? []))],
    boxes: [
      ...[...outside].map((which): Box => ({ id: `outside_${which}`, kind: 'outside', title: OUTSIDE[which], detail: '', construct: undefined, tier: undefined })),
      ...[...ranges].map((range): Box => ({ id: rangeId(range), kind: 'outside', title: range, detail: '', construct: undefined, tier: undefined })),
      ...graph.workloads.map((workload): Box => ({ id: idOf(workload), kind: workload.spec.runs.kind, title: graph.name(workload), detail: detailOf(workload), construct: pathOf(workload), tier: workload.spec.tier?.name })),
      ...graph.volumes.map((volume): Box => ({ id: idOf(volume), kind: 'volume', title: graph.name(volume), detail: `${volume.spec.size}`, construct: pathOf(volume), tier: tierOf(graph.mountersOf(volume)) })),
    ],
    arrows: [
      ...graph.workloads.flatMap(to => waysIn(graph, to, addressOf).map(([reach, label]): Arrow => ({ kind: 'route', from: `outside_${reach}`, to: idOf(to), label }))),
      ...graph.workloads.flatMap(from => [
        ...called(graph, from).map(([to, ports]): Arrow => ({ kind: 'call', from: idOf(from), to: idOf(to), label: ports.join(', ') })),
        ...graph.waits(from).filter(({ until }) => until === 'completed').map(({ on }): Arrow => ({ kind: 'wait', from: idOf(from), to: idOf(on), label: 'after' })),
        ...(from.spec.internet ? [{ kind: 'call', from: idOf(from), to: 'outside_internet', label: '' } as const] : []),
        ...from.spec.reaches.map(({ cidr, ports }): Arrow => ({ kind: 'call', from: idOf(from), to: rangeId(cidr), label: ports.map(portText).join(', ') })),
      ]),
      ...graph.volumes.flatMap(volume => graph.mountersOf(volume).map((from): Arrow => ({ kind: 'mount', from: idOf(from), to: idOf(volume), label: isReader(from, volume) ? 'reads' : '' }))),
    ],
  };
}

/** `outside_10_0_5_0_24` */
function rangeId(cidr: string): string {
  return `outside_${cidr.replace(/\W/g, '_')}`;
}

/** `shop.example:80, :443`: one arrow for all ports that are published alike. */
function waysIn(graph: Graph, to: Workload, addressOf: (route: Route) => string): [keyof typeof OUTSIDE, string][] {
  return (['public', 'host'] as const).flatMap((reach): [typeof reach, string][] => {
    const routes = graph.routesTo(to).filter(({ spec }) => spec.reach === reach);
    if (routes.length === 0) return [];
    const [host = ''] = routes[0]!.spec.hosts;
    return [[reach, reach === 'public' ? host + routes.map(({ spec }) => `:${spec.published}`).join(', ') : routes.map(addressOf).join(', ')]];
  });
}

function called(graph: Graph, from: Workload): [Workload, string[]][] {
  const ports = new Map<Workload, string[]>();
  for (const { to, port, portName } of graph.edgesFrom(from)) {
    const text = to.spec.ports[portName]?.protocol === 'udp' ? `${port}/udp` : `${port}`;
    ports.set(to, [...(ports.get(to) ?? []), text]);
  }
  return [...ports];
}

function isReader({ spec: { mounts } }: Workload, volume: unknown): boolean {
  return mounts.every(mount => !('volume' in mount) || mount.volume !== volume || mount.readOnly);
}

/** Beside its workloads, where these are all in one tier. */
function tierOf(mounters: readonly Workload[]): string | undefined {
  const tiers = new Set(mounters.map(({ spec: { tier } }) => tier?.name));
  return tiers.size === 1 ? [...tiers][0] : undefined;
}

function detailOf({ spec: { image, runs } }: Workload): string {
  // Without registry and folder: the diagram is for an overview.
  const short = image.reference.split('@')[0]!.split('/').at(-1)!;
  if (runs.kind === 'schedule') return `${short} · ${runs.cron.expression}`;
  const most = runs.kind !== 'service' ? 1 : typeof runs.replicas === 'number' ? runs.replicas : `${runs.replicas.min}–${runs.replicas.max}`;
  return most === 1 ? short : `${short} × ${most}`;
}
