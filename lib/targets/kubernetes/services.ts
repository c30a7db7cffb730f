import type { Workload } from '../../model';
import { metadata, selectorOf, type Body, type Context } from './context';
import type { ServicePort } from './types';

type MadeService = readonly [kind: 'Service', name: string, body: Body<'Service'>];

/** The address inside of the cluster, under the name that references spell. */
export function serviceOf(workload: Workload, context: Context): MadeService[] {
  const name = context.graph.name(workload);
  const ports = servicePorts(workload);
  if (ports.length === 0) return [];
  return [['Service', name, {
    metadata: metadata(context, name),
    spec: { type: 'ClusterIP', selector: selectorOf(name), ports },
  }]];
}

/** A headless Service: a StatefulSet wants one to name its pods by, and its name has the addresses of all pods. */
export function governingService(workload: Workload, context: Context): MadeService {
  const name = context.graph.name(workload);
  const ports = servicePorts(workload);
  return ['Service', governingServiceOf(name), {
    metadata: metadata(context, name, governingServiceOf(name)),
    spec: { clusterIP: 'None', selector: selectorOf(name), publishNotReadyAddresses: true, ...(ports.length > 0 ? { ports } : {}) },
  }];
}

export function governingServiceOf(name: string): string {
  return `${name}-pods`;
}

function servicePorts({ spec: { ports } }: Workload): ServicePort[] {
  return Object.entries(ports).map(([name, { number, protocol }]) => ({ name, port: number, targetPort: name, protocol: protocol.toUpperCase() }));
}
