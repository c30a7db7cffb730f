import type { Construct, IConstruct } from 'constructs';
import type { Graph } from '../../core/graph';
import { dnsLabel } from '../../core/names';
import type { Document, Findings } from '../../core/target';
import type { Dialect } from './dialect';
import type { Plan } from './plan';
import { GVK, type LabelSelector, type Manifests, type Metadata } from './types';

/** How public routes come in. */
export type Expose =
  /** A Service of type LoadBalancer for each workload that has any: every protocol, and the clients' own addresses. */
  | { readonly kind: 'load-balancer' }
  /** An Ingress for each `http` route. Other protocols get a load balancer. */
  | {
    readonly kind: 'ingress';
    /** The IngressClass. Default: the cluster's own. */
    readonly className?: string;
    /** The namespace of the controller, whose traffic is let in. Default: `ingress-nginx`. */
    readonly controllerNamespace?: string;
    /** The ClusterIssuer of cert-manager that makes the certificates. Default: plain HTTP. */
    readonly issuer?: string;
    /** What the controller is told of each Ingress, as it stands: `{ 'nginx.ingress.kubernetes.io/proxy-body-size': '50m' }`. Default: nothing. */
    readonly annotations?: Readonly<Record<string, string>>;
  }
  /** An HTTPRoute for each `http` route, at a Gateway that the cluster has. Other protocols get a load balancer. */
  | {
    readonly kind: 'gateway';
    readonly name: string;
    readonly namespace: string;
    /** The namespace of the pods that serve the gateway, whose traffic is let in. Default: the gateway's own. */
    readonly controllerNamespace?: string;
  };

/** Where a cluster's own Prometheus is, and by what it picks the objects that are for it. */
export interface PrometheusOperator {
  /** The namespace of the Prometheus that scrapes, whose traffic is let in. */
  readonly namespace: string;
  /** What its `serviceMonitorSelector` and `ruleSelector` ask for: `{ release: 'kube-prometheus-stack' }`. Default: nothing. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What answers for names in a cluster. */
export interface ClusterDns {
  /** Where its pods are. Default: `kube-system`. */
  readonly namespace?: string;
  /** What its pods are known by. Default: `k8s-app: kube-dns`, which CoreDNS has as well. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** The port of the pods; that of their Service is 53. Default: 53. */
  readonly port?: number;
}

/** What the handlers of one rendering share. */
export interface Context {
  readonly graph: Graph;
  readonly plan: Plan;
  readonly dialect: Dialect;
  readonly findings: Findings;
  readonly expose: Expose;
  readonly operator: PrometheusOperator | undefined;
  readonly dns: ClusterDns;
  /** Where built images go that name no registry themselves. */
  readonly registry: string | undefined;
  /** The Secrets by which nodes may pull. */
  readonly pullSecrets: readonly string[];
}

/** A manifest without what its kind says. */
export type Body<K extends keyof Manifests> = Omit<Manifests[K], 'apiVersion' | 'kind'>;

/** A manifest with the construct that it comes from. Its file is that of the topmost construct around, below the stack. */
export function document<K extends keyof Manifests>({ graph }: Context, source: Construct, kind: K, name: string, body: Body<K>, path?: string): Document {
  return { source, path: path ?? fileOf(graph, source), kind, name, body: { ...GVK[kind], ...body } };
}

export function fileOf({ stack }: Graph, construct: IConstruct): string {
  let top = construct;
  for (let scope = top.node.scope; scope && scope !== stack; scope = scope.node.scope) top = scope;
  return `${dnsLabel(top.node.id) || 'stack'}.yaml`;
}

const NAME = 'app.kubernetes.io/name';

/** What finds a workload's pods. It must never change: neither a Deployment nor a Service may be given another. */
export function selectorOf(name: string): Record<string, string> {
  return { [NAME]: name };
}

/** What finds the pods of several. */
export function anySelectorOf(names: readonly string[]): LabelSelector {
  return { matchExpressions: [{ key: NAME, operator: 'In', values: [...names].sort() }] };
}

export function labelsOf({ graph: { stack } }: Context, name: string): Record<string, string> {
  return {
    [NAME]: name,
    'app.kubernetes.io/instance': stack.projectName,
    'app.kubernetes.io/part-of': stack.system,
    'app.kubernetes.io/managed-by': 'compose8s',
  };
}

/** @param of the workload, or other primitive, that the labels name. */
export function metadata(context: Context, of: string, name = of): Metadata {
  return { name, namespace: context.graph.stack.projectName, labels: labelsOf(context, of) };
}
