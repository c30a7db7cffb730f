import type { Connection } from '../core/target';
import type { Emission } from '../core/synthesis';
import { instead } from './misses';

/** TCP, unless it says otherwise. */
export type PortLike = number | `${number}/${'tcp' | 'udp'}`;

/** As targets write it: `5432`, `53/udp`. */
export function portText(port: PortLike): string {
  return String(port).replace(/\/tcp$/, '');
}

/**
 * Why a question makes no sense: a name or a port that is not there, whose answer would always be no. `undefined` where
 * it makes sense.
 */
export function reachError({ graph, target, rendering: { documents } }: Emission, from: string, to: string, port: PortLike): string | undefined {
  const title = `${graph.stack.node.path} on ${target.name}`;
  if (!target.reach) return `${title}: the target does not say who can reach whom`;
  const connections = target.reach(documents);
  const names = [...new Set([...graph.workloads.map(workload => graph.name(workload)), ...connections.flatMap(one => [one.from, one.to])])];
  for (const name of [from, to]) {
    if (!names.includes(name)) return `${title} has no workload '${name}'; ${instead(name, names)}`;
  }
  const declared = graph.workloads.find(workload => graph.name(workload) === to)?.spec.ports ?? {};
  const ports = [...new Set([
    ...Object.values(declared).map(({ number, protocol }) => (protocol === 'tcp' ? `${number}` : `${number}/${protocol}`)),
    ...connections.filter(one => one.to === to).map(one => one.port),
  ])];
  if (!ports.includes(portText(port))) return `${title}: '${to}' declares no port ${portText(port)}; ${ports.length > 0 ? `it declares ${ports.join(', ')}` : 'it declares none'}`;
  return undefined;
}

/** Who can reach a workload, for messages: `api on 8080, proxy on 8080`. */
export function callersOf(connections: readonly Connection[], to: string): string {
  return connections.filter(one => one.to === to).map(({ from, port }) => `${from} on ${port}`).join(', ') || 'nobody';
}
