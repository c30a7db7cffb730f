import { k8s } from 'cdk8s-plus-28';
import type { Workload } from '../../model';
import { metadata, selectorOf, type Context } from './context';
import type { Manifests } from './types';

type MadeService = readonly [kind: 'Service', name: string, body: Manifests['Service']];

/** The address inside of the cluster, under the name that references spell. */
export function serviceOf(workload: Workload, context: Context): MadeService[] {
  const name = context.graph.name(workload);
  const ports = servicePorts(workload);
  if (ports.length === 0) return [];
  return [['Service', name, k8s.KubeService.manifest({
    metadata: metadata(context, name),
    spec: { type: 'ClusterIP', selector: selectorOf(name), ports },
  })]];
}

/** A StatefulSet wants a headless Service to name its pods by. Nobody calls it. */
export function governingService(workload: Workload, context: Context): MadeService {
  const name = context.graph.name(workload);
  const ports = servicePorts(workload);
  return ['Service', governingServiceOf(name), k8s.KubeService.manifest({
    metadata: metadata(context, name, governingServiceOf(name)),
    spec: { clusterIp: 'None', selector: selectorOf(name), publishNotReadyAddresses: true, ports: ports.length > 0 ? ports : undefined },
  })];
}

export function governingServiceOf(name: string): string {
  return `${name}-pods`;
}

function servicePorts({ spec: { ports } }: Workload): k8s.ServicePort[] {
  return Object.entries(ports).map(([name, { number, protocol }]) => ({ name, port: number, targetPort: k8s.IntOrString.fromString(name), protocol: protocol.toUpperCase() }));
}
