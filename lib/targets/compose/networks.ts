import ipaddr from 'ipaddr.js';
import { createHash } from 'node:crypto';
import { pathOf, type Fault, type Problem, type Tier, type Workload } from '../../model';
import type { Graph } from '../../core/graph';
import type { ComposeNetwork } from './types';

/** A network of the emitted file. */
export interface Network {
  readonly name: string;
  /** Why it is there, for the label and the diagram. */
  readonly purpose: 'edge' | 'published' | 'internet';
  readonly members: readonly Workload[];
  readonly tier: Tier | undefined;
}

/** Docker's default pools hold about this many networks of a host. */
const POOL = 28;

/**
 * One internal network for each pair of workloads with an edge between them, so that no other pair can talk, and one
 * with a way in or out for each workload that is published, or may reach the internet or other addresses outside.
 */
export function networksOf(graph: Graph): readonly Network[] {
  const networks = new Map<string, Network>();
  for (const caller of graph.workloads) {
    for (const { to } of graph.edgesFrom(caller)) {
      // No name has two dashes side by side, so that no two pairs come to the same network.
      const name = `${graph.name(caller)}--${graph.name(to)}`;
      const back = `${graph.name(to)}--${graph.name(caller)}`;
      if (!networks.has(back)) networks.set(name, { name, purpose: 'edge', members: [caller, to], tier: to.spec.tier });
    }
  }
  for (const workload of graph.workloads) {
    const purpose = workload.spec.internet || workload.spec.reaches.length > 0 ? 'internet' : graph.routesTo(workload).length > 0 ? 'published' : undefined;
    if (!purpose) continue;
    const name = `${graph.name(workload)}-${purpose}`;
    networks.set(name, { name, purpose, members: [workload], tier: workload.spec.tier });
  }
  return [...networks.values()];
}

/** The networks of the file, each with its address range where the stack or the tier has one. */
export function composeNetworks(graph: Graph, networks: readonly Network[]): { readonly networks: Record<string, ComposeNetwork>; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const subnets = new Map<string, string>();
  const unnumbered: string[] = [];
  for (const [range, members] of byRange(graph, networks)) {
    if (!range) unnumbered.push(...members.map(({ name }) => name));
    else carve(range, members, subnets, faults);
  }
  if (unnumbered.length > POOL) {
    faults.push({ code: 'network-pool', what: `it needs ${unnumbered.length} networks; Docker's own address pools hold about ${POOL} on a host`, fix: "give the stack a range to carve them from: network: '172.28.0.0/16'" });
  }
  return {
    faults,
    networks: Object.fromEntries(networks.map(({ name, purpose, tier }) => [name, {
      ...(purpose === 'edge' ? { internal: true } : {}),
      // Docker publishes a port only on a network with a way out. Without masquerading, answers find their way back, but
      // the container cannot begin a conversation with the internet.
      ...(purpose === 'published' ? { driver_opts: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } } : {}),
      ...(subnets.has(name) ? { ipam: { config: [{ subnet: subnets.get(name)! }] } } : {}),
      ...(tier ? { labels: { 'compose8s.tier': tier.name } } : {}),
    } satisfies ComposeNetwork])),
  };
}

function byRange(graph: Graph, networks: readonly Network[]): Map<string | undefined, Network[]> {
  const ranges = new Map<string | undefined, Network[]>();
  for (const network of networks) {
    const range = network.tier?.range ?? graph.stack.network;
    ranges.set(range, [...(ranges.get(range) ?? []), network]);
  }
  return ranges;
}

/**
 * Gives each network a block of the range. A block's place comes from the network's name; where it is taken, from the
 * next free one, in the order of the program. So a network more or less moves few others, if any: those that move are
 * made anew, with what is connected to them.
 */
function carve(range: string, networks: readonly Network[], subnets: Map<string, string>, faults: Fault[]): void {
  const parsed = parseRange(range);
  if (!parsed) {
    faults.push({ code: 'network-range', what: `'${range}' is not a range of private IPv4 addresses`, fix: "write it as '172.22.0.0/24': the first address of the range, and the length of its prefix" });
    return;
  }
  const taken: { from: number; to: number }[] = [];
  const bySize = networks.map(network => ({ network, size: blockSize(network) })).sort((a, b) => b.size - a.size);
  for (const { network, size } of bySize) {
    const places = Math.floor(parsed.size / size);
    const first = places > 0 ? createHash('sha256').update(network.name).digest().readUInt32BE(0) % places : 0;
    let from: number | undefined;
    for (let i = 0; i < places && from === undefined; i++) {
      const candidate = parsed.first + ((first + i) % places) * size;
      if (taken.every(block => candidate + size <= block.from || candidate >= block.to)) from = candidate;
    }
    if (from === undefined) {
      faults.push({ code: 'network-full', what: `the range ${range} has no room for the network ${network.name} of ${size} addresses`, fix: `give a wider range; its ${networks.length} networks want ${bySize.reduce((sum, block) => sum + block.size, 0)} addresses` });
      return;
    }
    taken.push({ from, to: from + size });
    subnets.set(network.name, `${[24, 16, 8, 0].map(shift => (from >>> shift) & 255).join('.')}/${32 - Math.log2(size)}`);
  }
}

/** Room for every replica, the containers that replace them, the gateway, and the two addresses that no one can have. */
function blockSize({ members }: Network): number {
  const containers = members.reduce((sum, { spec: { runs } }) => sum + (runs.kind !== 'service' ? 1 : typeof runs.replicas === 'number' ? runs.replicas : runs.replicas.max), 0);
  return 2 ** Math.max(3, Math.ceil(Math.log2(2 * containers + 3)));
}

function parseRange(range: string): { first: number; size: number } | undefined {
  if (!ipaddr.IPv4.isValidCIDR(range)) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(range);
  const [a, b, c, d] = address.octets as [number, number, number, number];
  const first = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const size = 2 ** (32 - prefix);
  return first % size === 0 && address.range() === 'private' ? { first, size } : undefined;
}

/** Two stacks on one host cannot have the same addresses. */
export function rangeConflicts(graphs: readonly Graph[]): Problem[] {
  const ranges = graphs.flatMap(graph => [...new Set([graph.stack.network, ...graph.workloads.map(({ spec }) => spec.tier?.range)])].flatMap(range => {
    const parsed = range === undefined ? undefined : parseRange(range);
    return parsed ? [{ graph, range, ...parsed }] : [];
  }));
  return ranges.flatMap((one, i) => ranges.slice(i + 1).flatMap((other): Problem[] => {
    const apart = one.first + one.size <= other.first || other.first + other.size <= one.first;
    if (apart) return [];
    return [{ code: 'network-overlap', at: pathOf(other.graph.stack), what: `its network range ${other.range} overlaps ${one.range} of ${pathOf(one.graph.stack)}`, fix: 'give each its own range, or say that they run on different hosts: new Compose({ host: … })' }];
  }));
}
