import ipaddr from 'ipaddr.js';
import { INTERNET, type Connection, type Document } from '../../core/target';
import { isPort, podsOf, policiesIn, rulesOf, selects, type Pods, type Policy, type Port, type Ports, type Rule } from './reach';
import type { Manifests, Peer } from './types';

type Service = Manifests['Service']['spec'];
interface Backend { readonly name: string; readonly port: string | number | undefined }
/** A way in, up to the pods behind it. */
interface Way { readonly port: string; readonly pods: Pods; readonly target: Port; readonly by: 'address' | 'controller' }

/**
 * From outside, pods are reached by the address of a Service, or by a controller that an Ingress or an HTTPRoute tells of
 * them: where their policies let these in. Controllers are taken to listen on 80 and 443. To the outside, they reach what
 * their policies leave open of the addresses that are not private.
 */
export function outsideOnKubernetes(documents: readonly Document[]): Connection[] {
  const policies = policiesIn(documents);
  const pods = documents.flatMap(podsOf);
  const ways = waysIn(documents, pods).filter(({ pods: of, target, by }) => letsIn(rulesOf(policies, 'Ingress', of), target, by));
  const connections = [
    ...ways.map(({ port, pods: { name } }): Connection => ({ from: INTERNET, to: name, port })),
    ...pods.flatMap(one => callsOf(policies, one).flatMap(port => one.inhabitants.map((name): Connection => ({ from: name, to: INTERNET, port })))),
  ];
  return [...new Map(connections.map(one => [`${one.from} ${one.to} ${one.port}`, one])).values()];
}

function waysIn(documents: readonly Document[], pods: readonly Pods[]): Way[] {
  const services = new Map(documents.filter(({ kind }) => kind === 'Service').map(({ name, body }) => [name, (body as Manifests['Service']).spec]));
  const byAddress = [...services.values()].flatMap(service => (service.ports ?? []).flatMap(port => {
    const number = service.type === 'LoadBalancer' || (service.externalIPs ?? []).length > 0 ? port.port : service.type === 'NodePort' ? port.nodePort ?? '*' : undefined;
    return number === undefined ? [] : behind(service, port.port, pods).map((way): Way => ({ ...way, port: spelled(number, port.protocol), by: 'address' }));
  }));
  const byController = documents.flatMap(backendsOf).flatMap(({ name, port }) => {
    const service = services.get(name);
    return service ? behind(service, port, pods).flatMap(way => ['80', '443'].map((number): Way => ({ ...way, port: number, by: 'controller' }))) : [];
  });
  return [...byAddress, ...byController];
}

/** The pods that a Service leads to, with the port of theirs; `port` by its number or its name. */
function behind({ selector, ports = [] }: Service, port: Backend['port'], pods: readonly Pods[]): Pick<Way, 'pods' | 'target'>[] {
  const entry = ports.find(one => one.port === port || one.name === port);
  if (!entry || !selector) return [];
  const { targetPort = entry.port, protocol = 'TCP' } = entry;
  return pods.filter(({ labels }) => selects({ matchLabels: selector }, labels)).map(one => ({
    pods: one,
    target: one.ports.find(({ name, number }) => name === targetPort || number === targetPort) ?? { name: undefined, number: Number(targetPort), protocol },
  }));
}

function backendsOf({ kind, body }: Document): Backend[] {
  if (kind === 'HTTPRoute') return (body as Manifests['HTTPRoute']).spec.rules.flatMap(({ backendRefs }) => backendRefs);
  if (kind !== 'Ingress') return [];
  const { defaultBackend, rules = [] } = (body as Manifests['Ingress']).spec;
  return [defaultBackend, ...rules.flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend))]
    .flatMap(backend => (backend?.service ? [{ name: backend.service.name, port: backend.service.port?.name ?? backend.service.port?.number }] : []));
}

/** A controller is in another namespace, or on the network of a node. */
function letsIn(rules: readonly Rule[] | undefined, port: Port, by: Way['by']): boolean {
  const isIt = (peer: Peer) => isPublic(peer) || (by === 'controller' && (peer.namespaceSelector !== undefined || peer.ipBlock !== undefined));
  return !rules || rules.some(({ peers = [], ports = [] }) => (peers.length === 0 || peers.some(isIt)) && (ports.length === 0 || ports.some(one => isPort(one, port))));
}

/** The ports of the internet that the pods may call. */
function callsOf(policies: readonly Policy[], pods: Pods): string[] {
  const rules = rulesOf(policies, 'Egress', pods);
  if (!rules) return ['*'];
  return rules.flatMap(({ peers = [], ports = [] }) => {
    if (peers.length > 0 && !peers.some(isPublic)) return [];
    return ports.length === 0 ? ['*'] : ports.map(rangeOf);
  });
}

function rangeOf({ port, endPort, protocol }: Ports[number]): string {
  return spelled(port === undefined ? '*' : endPort === undefined ? port : `${port}-${endPort}`, protocol);
}

function spelled(port: string | number, protocol = 'TCP'): string {
  return protocol === 'TCP' ? `${port}` : `${port}/${protocol.toLowerCase()}`;
}

const INSIDE = ['private', 'carrierGradeNat', 'linkLocal', 'loopback', 'uniqueLocal', 'multicast', 'broadcast'];

/** A block that has addresses of the internet in it. */
function isPublic({ ipBlock }: Peer): boolean {
  if (!ipBlock) return false;
  const [address, prefix] = ipaddr.parseCIDR(ipBlock.cidr);
  return prefix === 0 || !INSIDE.includes(address.range());
}
