import type { k8s } from 'cdk8s-plus-28';
import type { Connection, Document } from '../../core/target';
import { WAITING } from './pods';
import type { EgressRule, IngressRule, Manifests, Peer, Plain, PodTemplate } from './types';

type Labels = Readonly<Record<string, string>>;
export type Policy = Manifests['NetworkPolicy']['spec'];
type Selector = Plain<k8s.LabelSelector>;

export interface Port { readonly name: string | undefined; readonly number: number; readonly protocol: string }
export interface Pods { readonly name: string; /** The workloads that run in them: those that do their work as init containers too. */ readonly inhabitants: readonly string[]; readonly labels: Labels; readonly ports: readonly Port[] }

/**
 * The rule of NetworkPolicies: a connection needs both ends' leave. What no policy selects is open. Told for the pods of
 * these documents, which share a namespace, and the ports that they declare.
 */
export function reachOnKubernetes(documents: readonly Document[]): Connection[] {
  const policies = policiesIn(documents);
  const namespace = namespaceLabels(documents.find(({ kind }) => kind === 'Namespace'));
  const pods = documents.flatMap(podsOf);
  const connections = pods.flatMap(to => pods.filter(from => from !== to).flatMap(from => to.ports
    .filter(port => policyAllows(policies, 'Egress', from, to, port, namespace) && policyAllows(policies, 'Ingress', to, from, port, namespace))
    .flatMap(({ number, protocol }) => from.inhabitants.map(name => ({ from: name, to: to.name, port: protocol === 'TCP' ? `${number}` : `${number}/${protocol.toLowerCase()}` })))));
  return [...new Map(connections.map(one => [`${one.from} ${one.to} ${one.port}`, one])).values()];
}

export function policiesIn(documents: readonly Document[]): readonly Policy[] {
  return documents.filter(({ kind }) => kind === 'NetworkPolicy').map(({ body }) => (body as Manifests['NetworkPolicy']).spec);
}

/** The pods of a controller. */
export function templateIn({ kind, body }: Document): PodTemplate | undefined {
  const { spec } = body as { readonly spec?: { readonly template?: PodTemplate; readonly jobTemplate?: Manifests['CronJob']['spec']['jobTemplate'] } };
  return kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : CONTROLLERS.includes(kind) ? spec?.template : kind === 'Pod' ? body as PodTemplate : undefined;
}

/** What runs in the namespace. */
export function podsOf(document: Document): Pods[] {
  const { name } = document;
  const template = templateIn(document);
  if (!template) return [];
  const ports = (template.spec?.containers ?? []).flatMap(container => container.ports ?? []);
  const guests = (template.spec?.initContainers ?? []).map(container => container.name).filter(guest => !guest.startsWith(WAITING));
  return [{ name, inhabitants: [name, ...guests], labels: template.metadata?.labels ?? {}, ports: ports.map(({ name, containerPort, protocol = 'TCP' }) => ({ name, number: containerPort, protocol })) }];
}

const CONTROLLERS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'];

/** @param port of whichever end is called. */
function policyAllows(policies: readonly Policy[], direction: 'Ingress' | 'Egress', self: Pods, peer: Pods, port: Port, namespace: Labels): boolean {
  const rules = rulesOf(policies, direction, self);
  return !rules || rules.some(({ peers = [], ports = [] }) => (peers.length === 0 || peers.some(one => isPeer(one, peer, namespace))) && (ports.length === 0 || ports.some(one => isPort(one, port))));
}

/** What the policies let these pods do; `undefined` where none selects them, so that they may do all. */
export function rulesOf(policies: readonly Policy[], direction: 'Ingress' | 'Egress', { labels }: Pods): readonly Rule[] | undefined {
  const applying = policies.filter(policy => typesOf(policy).includes(direction) && selects(policy.podSelector, labels));
  if (applying.length === 0) return undefined;
  return applying.flatMap(({ ingress = [], egress = [] }): readonly Rule[] => (direction === 'Ingress' ? ingress.map(ruleIn) : egress.map(ruleOut)));
}

export type Ports = NonNullable<IngressRule['ports']>;
export interface Rule { readonly peers: readonly Peer[] | undefined; readonly ports: Ports | undefined }
const ruleIn = ({ from, ports }: IngressRule): Rule => ({ peers: from, ports });
const ruleOut = ({ to, ports }: EgressRule): Rule => ({ peers: to, ports });

function typesOf({ policyTypes, egress }: Policy): readonly string[] {
  return policyTypes ?? ['Ingress', ...(egress ? ['Egress'] : [])];
}

/** Blocks of addresses are for what is outside; just the one of all addresses covers pods for sure. */
function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, { labels }: Pods, namespace: Labels): boolean {
  if (ipBlock) return ipBlock.cidr === '0.0.0.0/0' && (ipBlock.except ?? []).length === 0;
  return (!namespaceSelector || selects(namespaceSelector, namespace)) && (!podSelector || selects(podSelector, labels));
}

export function isPort({ port: allowed, endPort, protocol = 'TCP' }: Ports[number], { name, number, protocol: its }: Port): boolean {
  if (protocol !== its) return false;
  if (allowed === undefined) return true;
  if (typeof allowed === 'string') return allowed === name;
  return endPort === undefined ? allowed === number : number >= allowed && number <= endPort;
}

/** An empty selector selects all. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector = {}, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
    && matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'Exists': return value !== undefined;
        case 'DoesNotExist': return value === undefined;
        case 'In': return value !== undefined && values.includes(value);
        case 'NotIn': return value === undefined || !values.includes(value);
        default: throw new Error(`a NetworkPolicy selects by the operator '${operator}', which there is none of`);
      }
    });
}

function namespaceLabels(namespace: Document | undefined): Labels {
  if (!namespace) return {};
  const { metadata } = namespace.body as Manifests['Namespace'];
  return { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
}
