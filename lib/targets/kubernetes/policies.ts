import type { Workload, WorkloadSpec } from '../../model';
import { labelsOf, metadata, selectorOf, type Body, type Context } from './context';
import { publicSourceOf } from './routes';
import type { EgressRule, IngressRule, Peer } from './types';

/** Everything but private networks, the address of cloud metadata, and other machines on the same wire. */
const INTERNET: Peer[] = [
  { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'] } },
  { ipBlock: { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] } },
];

/** Where NodeLocal DNSCache answers on each node that has it: an address of the node, and of no pod. */
const NODE_LOCAL_DNS: Peer = { ipBlock: { cidr: '169.254.20.10/32' } };
const DNS_PORT = 53;

/** Pods ask a Service on 53; what answers them may listen on another port, and policies are about that one. */
function dnsOf({ dns: { namespace = 'kube-system', podLabels = { 'k8s-app': 'kube-dns' }, port = DNS_PORT } }: Context): EgressRule {
  return {
    to: [{ namespaceSelector: namespaceNamed(namespace), podSelector: { matchLabels: { ...podLabels } } }, NODE_LOCAL_DNS],
    ports: [...new Set([DNS_PORT, port])].flatMap(number => [portOf(number, 'udp'), portOf(number, 'tcp')]),
  };
}

export const DENY_ALL = 'default-deny';

/** Nobody may talk to anybody, but ask for names: what follows from references is then allowed, one by one. */
export function denyAll(context: Context): Body<'NetworkPolicy'> {
  const { stack } = context.graph;
  return {
    metadata: { name: DENY_ALL, namespace: stack.projectName, labels: labelsOf(context, stack.projectName) },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [dnsOf(context)] },
  };
}

/**
 * What a workload's pods may do, both ways, if anything. A policy covers whole pods: what runs in them before the
 * workload brings its own edges along, here and at the other end.
 */
export function policyOf(workload: Workload, context: Context): Body<'NetworkPolicy'> | undefined {
  const name = context.graph.name(workload);
  const ingress = ingressOf(workload, context);
  const egress = egressOf(workload, context);
  if (ingress.length + egress.length === 0) return undefined;
  return {
    metadata: metadata(context, name),
    spec: {
      podSelector: { matchLabels: selectorOf(name) },
      policyTypes: ['Ingress', 'Egress'],
      ...(ingress.length > 0 ? { ingress } : {}),
      ...(egress.length > 0 ? { egress } : {}),
    },
  };
}

function ingressOf(workload: Workload, context: Context): IngressRule[] {
  const { graph, plan } = context;
  const callers = new Map<string, Set<Workload>>();
  for (const { from, portName } of graph.edgesTo(workload)) {
    const known = callers.get(portName) ?? new Set();
    for (const host of plan.hostsOf(from)) known.add(host);
    if (known.size > 0) callers.set(portName, known);
  }
  const opened = new Map(graph.routesTo(workload).flatMap(route => {
    const source = publicSourceOf(route, context);
    return source ? [[`${route.spec.to.portName}\0${source.namespace ?? ''}`, { portName: route.spec.to.portName, ...source }] as const] : [];
  }));
  const ports = (portName: string) => [portOf(workload.spec.ports[portName]!.number, workload.spec.ports[portName]!.protocol)];
  return [
    ...[...callers].map(([portName, from]) => ({ from: [...from].map(caller => podsOf(caller, context)), ports: ports(portName) })),
    ...metricsPorts(workload, context).map(portName => ({ from: [{ namespaceSelector: namespaceNamed(context.operator!.namespace) }], ports: ports(portName) })),
    // A rule that names no source lets anyone in.
    ...[...opened.values()].map(({ portName, namespace }) => ({ ...(namespace ? { from: [{ namespaceSelector: namespaceNamed(namespace) }] } : {}), ports: ports(portName) })),
  ];
}

/** What the cluster's own Prometheus scrapes. */
function metricsPorts(workload: Workload, { graph, operator }: Context): readonly string[] {
  return operator ? [...new Set(graph.metrics.filter(({ spec: { endpoint } }) => endpoint.workload === workload).map(({ spec: { endpoint } }) => endpoint.portName))] : [];
}

function egressOf(workload: Workload, context: Context): EgressRule[] {
  const { graph, plan } = context;
  const inhabitants = [workload, ...plan.guestsOf(workload).map(guest => guest.workload)];
  const callees = new Map<Workload, Set<string>>();
  for (const { to, portName } of inhabitants.flatMap(inhabitant => graph.edgesFrom(inhabitant))) {
    if (plan.hasPods(to)) callees.set(to, (callees.get(to) ?? new Set()).add(portName));
  }
  const calls = [...callees].map(([to, portNames]) => ({
    to: [podsOf(to, context)],
    ports: [...portNames].map(portName => portOf(to.spec.ports[portName]!.number, to.spec.ports[portName]!.protocol)),
  }));
  return [
    ...calls,
    ...new Map(inhabitants.flatMap(({ spec }) => spec.reaches).map(rangeRule).map(rule => [JSON.stringify(rule), rule])).values(),
    ...(inhabitants.some(({ spec }) => spec.internet) ? [{ to: INTERNET }] : []),
  ];
}

function rangeRule({ cidr, ports }: WorkloadSpec['reaches'][number]): EgressRule {
  return { to: [{ ipBlock: { cidr } }], ports: ports.map(({ number, protocol }) => portOf(number, protocol)) };
}

function podsOf(workload: Workload, { graph }: Context): Peer {
  return { podSelector: { matchLabels: selectorOf(graph.name(workload)) } };
}

function portOf(number: number, protocol: string) {
  return { port: number, protocol: protocol.toUpperCase() };
}

/** By the label that every namespace has of itself. */
function namespaceNamed(name: string): NonNullable<Peer['namespaceSelector']> {
  return { matchLabels: { 'kubernetes.io/metadata.name': name } };
}
