import type { Document } from '../../lib';

/** `web → db:5432` for every pair of workloads and declared port, as each target's own rules allow it. */
export type Connection = string;

interface ComposeService { readonly networks?: readonly string[]; readonly expose?: readonly string[] }

/** Docker: whoever shares a network may talk, on every port and in both directions. */
export function reachOnCompose(documents: readonly Document[]): Set<Connection> {
  const services = documents.filter(({ kind }) => kind === 'services').map(({ name, body }) => ({ name, ...(body as ComposeService) }));
  const reach = new Set<Connection>();
  for (const from of services) {
    for (const to of services) {
      if (from === to || !from.networks?.some(network => to.networks?.includes(network))) continue;
      for (const port of to.expose ?? []) reach.add(`${from.name} → ${to.name}:${port}`);
    }
  }
  return reach;
}

type Labels = Readonly<Record<string, string>>;
interface Peer { readonly podSelector?: { readonly matchLabels?: Labels }; readonly namespaceSelector?: object; readonly ipBlock?: object }
interface Rule { readonly from?: readonly Peer[]; readonly to?: readonly Peer[]; readonly ports?: readonly { readonly port: number | string; readonly protocol?: string }[] }
interface Policy { readonly podSelector: { readonly matchLabels?: Labels }; readonly policyTypes: readonly string[]; readonly ingress?: readonly Rule[]; readonly egress?: readonly Rule[] }
interface Template { readonly metadata: { readonly labels: Labels }; readonly spec: { readonly containers: readonly { readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[] }[] } }
interface Pod { readonly name: string; readonly labels: Labels; readonly ports: readonly { readonly containerPort: number; readonly protocol?: string }[] }

/** Kubernetes: both ends must allow it. Selectors by labels only, as compose8s writes them; anything else would be an error here. */
export function reachOnKubernetes(documents: readonly Document[]): Set<Connection> {
  const policies = documents.filter(({ kind }) => kind === 'NetworkPolicy').map(({ body }) => (body as { spec: Policy }).spec);
  const pods = documents.flatMap(podOf);
  const reach = new Set<Connection>();
  for (const from of pods) {
    for (const to of pods) {
      if (from === to) continue;
      for (const { containerPort, protocol = 'TCP' } of to.ports) {
        const out = allows(policies, 'Egress', from.labels, to.labels, containerPort, protocol);
        const into = allows(policies, 'Ingress', to.labels, from.labels, containerPort, protocol);
        if (out && into) reach.add(`${from.name} → ${to.name}:${protocol === 'TCP' ? containerPort : `${containerPort}/udp`}`);
      }
    }
  }
  return reach;
}

function podOf({ kind, name, body }: Document): Pod[] {
  const spec = (body as { spec?: { template?: Template; jobTemplate?: { spec: { template: Template } } } }).spec;
  const template = kind === 'CronJob' ? spec?.jobTemplate?.spec.template : ['Deployment', 'StatefulSet', 'Job'].includes(kind) ? spec?.template : undefined;
  return template ? [{ name, labels: template.metadata.labels, ports: template.spec.containers.flatMap(({ ports = [] }) => ports) }] : [];
}

function allows(policies: readonly Policy[], direction: 'Ingress' | 'Egress', self: Labels, peer: Labels, port: number, protocol: string): boolean {
  const applying = policies.filter(({ podSelector, policyTypes }) => policyTypes.includes(direction) && matches(podSelector.matchLabels, self));
  if (applying.length === 0) return true;
  return applying.flatMap(({ ingress = [], egress = [] }) => (direction === 'Ingress' ? ingress : egress)).some(rule => {
    const peers = direction === 'Ingress' ? rule.from : rule.to;
    const isPeer = peers === undefined || peers.some(({ podSelector, namespaceSelector, ipBlock }) => !ipBlock && !namespaceSelector && matches(podSelector?.matchLabels, peer))
      // Traffic from anywhere includes the pods of the cluster.
      || (direction === 'Ingress' && peers.some(({ ipBlock }) => (ipBlock as { cidr?: string } | undefined)?.cidr === '0.0.0.0/0'));
    return isPeer && (rule.ports === undefined || rule.ports.some(allowed => allowed.port === port && (allowed.protocol ?? 'TCP') === protocol));
  });
}

function matches(selector: Labels | undefined, labels: Labels): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
}
