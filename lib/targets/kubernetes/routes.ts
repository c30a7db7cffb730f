import type { Document } from '../../core/target';
import type { Route } from '../../model';
import { document, metadata, selectorOf, type Context, type Expose } from './context';
import type { ServicePort } from './types';

/** How a route comes in; `undefined` for those that only the machine itself has. Only HTTP can share an address with others. */
function wayOf({ spec: { reach, protocol } }: Route, { expose }: Context): Expose | undefined {
  if (reach === 'host') return undefined;
  return protocol === 'tcp' ? { kind: 'load-balancer' } : expose;
}

/** Whose traffic must be let in for a route: everybody's, or that of the pods of one namespace. */
export function publicSourceOf(route: Route, context: Context): { readonly namespace?: string } | undefined {
  const way = wayOf(route, context);
  return way && (SOURCES[way.kind] as (w: Expose) => { readonly namespace?: string })(way);
}

const SOURCES: { readonly [K in Expose['kind']]: (way: Extract<Expose, { kind: K }>) => { readonly namespace?: string } } = {
  'load-balancer': () => ({}),
  ingress: ({ controllerNamespace = 'ingress-nginx' }) => ({ namespace: controllerNamespace }),
  gateway: ({ namespace, controllerNamespace = namespace }) => ({ namespace: controllerNamespace }),
};

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
      fix: `route a port that speaks http, or expose: { kind: 'load-balancer' }`,
    });
    return [];
  }
  findings.note(route, 'client address', 'approximated', `${graph.name(to.workload)} sees the address of the controller in place of each client's, so that all share its limits by address, until it is told to trust the controller (trustedProxies)`);
  if (published !== 80) findings.note(route, 'published', 'approximated', `${WAYS[way.kind]} has ports of its own, not ${published}`);
  return [way.kind === 'ingress' ? ingress(route, way, context) : httpRoute(route, way, context)];
}

const WAYS = { ingress: 'an Ingress', gateway: 'a Gateway' } as const;

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

function ingress(route: Route, { className, issuer }: Extract<Expose, { kind: 'ingress' }>, context: Context): Document {
  const { graph } = context;
  const { to, hosts } = route.spec;
  const name = graph.name(route);
  const backend = { service: { name: graph.name(to.workload), port: { name: to.portName } } };
  const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] };
  return document(context, route, 'Ingress', name, {
    metadata: { ...metadata(context, name), ...(issuer ? { annotations: { 'cert-manager.io/cluster-issuer': issuer } } : {}) },
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
