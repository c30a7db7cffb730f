import type { Document } from '../../core/target';
import type { Route, Workload } from '../../model';
import { solverPolicy } from './certificates';
import { document, metadata, selectorOf, type Context, type Expose } from './context';
import type { ServicePort } from './types';

/** How a route comes in; `undefined` for those that only the machine itself has. Only HTTP can share an address with others. */
function wayOf({ spec: { reach, protocol } }: Route, { expose }: Context): Expose | undefined {
  if (reach === 'host') return undefined;
  return protocol === 'tcp' ? { kind: 'load-balancer' } : expose;
}

/** Whether visitors come to its pods by a load balancer of their own. */
export function isBehindLoadBalancer(workload: Workload, context: Context): boolean {
  return context.graph.routesTo(workload).some(route => wayOf(route, context)?.kind === 'load-balancer');
}

/** Whose traffic must be let in for a route: everybody's, or that of the pods of one namespace. */
export function publicSourceOf(route: Route, context: Context): Source | undefined {
  const way = wayOf(route, context);
  return way && sourceOf(way);
}

interface Source { readonly namespace?: string }

function sourceOf(way: Expose): Source {
  return (SOURCES[way.kind] as (w: Expose) => Source)(way);
}

const SOURCES: { readonly [K in Expose['kind']]: (way: Extract<Expose, { kind: K }>) => Source } = {
  'load-balancer': () => ({}),
  ingress: ({ controllerNamespace = 'ingress-nginx' }) => ({ namespace: controllerNamespace }),
  gateway: ({ namespace, controllerNamespace = namespace }) => ({ namespace: controllerNamespace }),
};

/** What the cluster's controller of public routes wants of the stack as a whole, whichever of them it serves. */
export function controllerDocuments(context: Context): Document[] {
  const { graph, plan, expose, findings } = context;
  if (expose.kind === 'load-balancer') return [];
  const served = graph.routes.filter(route => plan.hasPods(route.spec.to.workload) && wayOf(route, context) === expose);
  if (served.length === 0) findings.note(graph.stack, 'expose', 'left-out', `no public route speaks http: ${WAYS[expose.kind]} leads to nothing of the stack`);
  const { namespace } = sourceOf(expose);
  const isProved = graph.certificates.some(({ spec: { source } }) => source.kind === 'acme')
    || (expose.kind === 'ingress' && expose.issuer !== undefined && served.some(({ spec: { hosts } }) => hosts.length > 0));
  return namespace && isProved ? [solverPolicy(namespace, context)] : [];
}

export function routeDocuments(route: Route, context: Context): Document[] {
  const { graph, plan, findings } = context;
  const { to, published, reach: _reach, protocol, hosts, ...rest } = route.spec;
  rest satisfies Record<string, never>;
  if (!plan.hasPods(to.workload)) return [];
  const way = wayOf(route, context);
  if (!way) {
    findings.note(route, 'reach', 'approximated', `a cluster has no such port; reach it from your own machine with: kubectl --namespace ${graph.stack.projectName} port-forward service/${graph.name(to.workload)} ${published}:${to.port}`);
    return [];
  }
  if (way.kind === 'load-balancer') {
    if (protocol === 'http' && hosts.length > 0) findings.note(route, 'hosts', 'left-out', `a load balancer answers for every host name, not only ${hosts.join(', ')}`);
    return loadBalancer(route, context);
  }
  if (protocol === 'https') {
    findings.problem(route, {
      code: 'route-https', what: `${WAYS[way.kind]} ends TLS itself, and cannot lead to a port that speaks https`,
      fix: "let it: tls: 'off' at the proxy, which names the controller in trustedProxies, or another port that speaks http; or expose: { kind: 'load-balancer' }",
    });
    return [];
  }
  findings.note(route, 'client address', 'approximated', `${graph.name(to.workload)} sees the address of the controller in place of each client's, so that all share its limits by address, until it is told to trust the controller (trustedProxies)`);
  findings.note(route, 'limits', 'approximated', `${LIMITS[way.kind]}, whatever ${graph.name(to.workload)} allows`);
  if (published !== 80) findings.note(route, 'published', 'approximated', `${WAYS[way.kind]} has ports of its own, not ${published}`);
  return [way.kind === 'ingress' ? ingress(route, way, context) : httpRoute(route, way, context)];
}

const WAYS = { ingress: 'an Ingress', gateway: 'a Gateway' } as const;
const LIMITS = {
  ingress: "the controller has limits of its own, which annotations of the Ingress raise (ingress-nginx takes bodies of 1 MiB, and cuts after 60 s of silence)",
  gateway: 'the gateway has limits of its own for bodies, connections and silence',
} as const;

/** One for each workload, from its first route on: all its public ports share an address. */
function loadBalancer(route: Route, context: Context): Document[] {
  const { graph } = context;
  const { workload } = route.spec.to;
  const routes = graph.routesTo(workload).filter(other => wayOf(other, context)?.kind === 'load-balancer');
  if (routes[0] !== route) return [];
  const name = graph.name(workload);
  const used = new Set<string>();
  const ports = routes.map(({ spec: { to, published } }): ServicePort => {
    const portName = used.has(to.portName) ? `${to.portName}-${published}` : to.portName;
    used.add(portName);
    return { name: portName, port: published, targetPort: to.portName, protocol: workload.spec.ports[to.portName]!.protocol.toUpperCase() };
  });
  for (const [i, { port, protocol }] of ports.entries()) {
    if (ports.findIndex(other => other.port === port && other.protocol === protocol) < i) {
      context.findings.problem(routes[i]!, { code: 'port-conflict', what: `it publishes port ${port}, as another route to ${name} does`, fix: 'publish one of them under another number' });
    }
  }
  return [document(context, route, 'Service', `${name}-public`, {
    metadata: metadata(context, name, `${name}-public`),
    // Local: nodes pass on only to their own pods, and leave the clients' addresses as they are, for limits and logs.
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: selectorOf(name), ports },
  })];
}

function ingress(route: Route, { className, issuer, annotations }: Extract<Expose, { kind: 'ingress' }>, context: Context): Document {
  const { graph } = context;
  const { to, hosts } = route.spec;
  const name = graph.name(route);
  const backend = { service: { name: graph.name(to.workload), port: { name: to.portName } } };
  const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] };
  return document(context, route, 'Ingress', name, {
    metadata: { ...metadata(context, name), ...(issuer || annotations ? { annotations: { ...(issuer ? { 'cert-manager.io/cluster-issuer': issuer } : {}), ...annotations } } : {}) },
    spec: {
      ...(className ? { ingressClassName: className } : {}),
      ...(issuer && hosts.length > 0 ? { tls: [{ hosts: [...hosts], secretName: `${name}-tls` }] } : {}),
      rules: hosts.length > 0 ? hosts.map(host => ({ host, http })) : [{ http }],
    },
  });
}

function httpRoute(route: Route, { name: gateway, namespace }: Extract<Expose, { kind: 'gateway' }>, context: Context): Document {
  const { graph } = context;
  const { to, hosts } = route.spec;
  const name = graph.name(route);
  return document(context, route, 'HTTPRoute', name, {
    metadata: metadata(context, name),
    spec: {
      parentRefs: [{ name: gateway, namespace }],
      ...(hosts.length > 0 ? { hostnames: [...hosts] } : {}),
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: graph.name(to.workload), port: to.port }] }],
    },
  });
}
