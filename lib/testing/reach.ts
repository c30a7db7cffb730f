import { INTERNET, type Connection } from '../core/target';
import type { Emission } from '../core/synthesis';
import { instead } from './misses';

/** TCP, unless it says otherwise. */
export type PortLike = number | `${number}/${'tcp' | 'udp'}`;

/** Who is asked about. Without a port: any. */
export interface Question { readonly from: string; readonly to: string; readonly port?: PortLike | undefined }

/** As targets write it: `5432`, `53/udp`. */
function portText(port: PortLike): string {
  return String(port).replace(/\/tcp$/, '');
}

/** For messages: ` on port 5432`. */
export function onPort({ port }: Question): string {
  return port === undefined ? '' : ` on port ${portText(port)}`;
}

/** All connections that the emitted documents allow, with those from and to the outside. */
export function connectionsOf({ target, rendering: { documents } }: Emission): readonly Connection[] {
  return [...target.reach?.(documents) ?? [], ...target.outside?.(documents) ?? []];
}

/** Whether there is such a connection. */
export function isOpen(emission: Emission, { from, to, port }: Question): boolean {
  return connectionsOf(emission).some(one => one.from === from && one.to === to && (port === undefined || covers(one.port, portText(port))));
}

/** `*` and `8000-8010/udp` stand for several. */
function covers(declared: string, asked: string): boolean {
  const [ports, protocol = 'tcp'] = declared.split('/');
  const [number, its = 'tcp'] = asked.split('/');
  if (declared === '*') return true;
  if (protocol !== its) return false;
  const [first, last = first] = ports!.split('-').map(Number);
  return ports === '*' || (Number(number) >= first! && Number(number) <= last!);
}

/**
 * Why a question makes no sense: a name or a port that is not there, whose answer would always be no. `undefined` where
 * it makes sense. What the internet calls is known by the ports that are published: any number may be one, or not.
 */
export function reachError(emission: Emission, { from, to, port }: Question): string | undefined {
  const { graph, target } = emission;
  const title = `${graph.stack.node.path} on ${target.name}`;
  if (!target.reach) return `${title}: the target does not say who can reach whom`;
  const connections = connectionsOf(emission);
  const names = [...new Set([...graph.workloads.map(workload => graph.name(workload)), ...connections.flatMap(one => [one.from, one.to])])].filter(name => name !== INTERNET);
  const outside = [from, to].filter(name => name === INTERNET);
  if (outside.length > 0 && !target.outside) return `${title}: the target does not say who can reach the internet, nor whom it can reach`;
  if (outside.length > 0 && graph.workloads.some(workload => graph.name(workload) === INTERNET)) return `${title}: 'internet' may be the outside, or the workload of that name: give the workload another id`;
  if (outside.length > 1) return `${title}: one end must be a workload; there are: ${names.join(', ')}`;
  for (const name of [from, to]) {
    if (name !== INTERNET && !names.includes(name)) return `${title} has no workload '${name}'; ${instead(name, names)}`;
  }
  if (outside.length > 0 || port === undefined) return undefined;
  const declared = graph.workloads.find(workload => graph.name(workload) === to)?.spec.ports ?? {};
  const ports = [...new Set([
    ...Object.values(declared).map(({ number, protocol }) => (protocol === 'tcp' ? `${number}` : `${number}/${protocol}`)),
    ...connections.filter(one => one.to === to && one.from !== INTERNET).map(one => one.port),
  ])];
  if (!ports.includes(portText(port))) return `${title}: '${to}' declares no port ${portText(port)}; ${ports.length > 0 ? `it declares ${ports.join(', ')}` : 'it declares none'}`;
  return undefined;
}

/** Who can reach it, for messages: `api on 8080, proxy on 8080`. */
export function callersOf(connections: readonly Connection[], to: string): string {
  return connections.filter(one => one.to === to).map(({ from, port }) => `${named(from)}${port === '*' ? '' : ` on ${port}`}`).join(', ') || 'nobody';
}

function named(name: string): string {
  return name === INTERNET ? 'the internet' : name;
}

/** For messages: `'api'`, `the internet`. */
export function quoted(name: string): string {
  return name === INTERNET ? 'the internet' : `'${name}'`;
}
