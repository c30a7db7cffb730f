import type { Graph } from '../../core/graph';
import type { Route, Workload } from '../../model';

/** Where a route comes in on the host: one port, or one for each container. */
export interface HostPorts {
  readonly first: number;
  readonly last: number;
}

/** How many containers of a workload run at first, and at most. */
export function containersOf(graph: Graph, workload: Workload): readonly [number, number] {
  const { runs } = workload.spec;
  // One that is scheduled waits in a container of its own.
  if (runs.kind === 'schedule') return [1, 1];
  if (runs.kind !== 'service') return [0, 0];
  // A public port is known by its number, and a port of the host belongs to one container.
  if (graph.routesTo(workload).some(({ spec }) => spec.reach === 'public')) return [1, 1];
  return typeof runs.replicas === 'number' ? [runs.replicas, runs.replicas] : [runs.replicas.min, runs.replicas.max];
}

export function hostPorts(graph: Graph, { spec: { to, published } }: Route): HostPorts {
  const [, most] = containersOf(graph, to.workload);
  return { first: published, last: published + Math.max(1, most) - 1 };
}

/** As Docker reads it: `8000`, `8000-8002`. */
export function portText({ first, last }: HostPorts): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

export function isLoopback(address: string): boolean {
  return /^127(\.(0|[1-9]\d{0,2})){3}$/.test(address) && address.split('.').every(octet => Number(octet) <= 255);
}
