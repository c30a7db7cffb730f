import { nearest } from '../core/nearest';
import type { Sections } from '../targets/compose';
import { GVK } from '../targets/kubernetes/types';
import type { Resource } from './resources';

const SECTIONS: Readonly<Record<keyof Sections, true>> = { services: true, networks: true, volumes: true, configs: true, secrets: true };
/** Of these the library makes none, and a test may say so. */
const OTHERS = [
  'ClusterIssuer', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'DaemonSet', 'EndpointSlice', 'Endpoints', 'ExternalSecret', 'Gateway', 'GatewayClass', 'IngressClass', 'Issuer',
  'LimitRange', 'List', 'Node', 'PersistentVolume', 'Pod', 'PodMonitor', 'PodTemplate', 'PriorityClass', 'ReplicaSet', 'ReplicationController', 'ResourceQuota', 'Role', 'RoleBinding', 'SealedSecret',
  'Secret', 'StorageClass', 'VerticalPodAutoscaler',
];
const KNOWN: ReadonlySet<string> = new Set([...Object.keys(SECTIONS), ...Object.keys(GVK), ...OTHERS]);

/** The kinds that a misspelt one may mean: there would be none of it in any case. Objects of your own can have any other kind. */
export function meant(kind: string, resources: readonly Resource[]): readonly string[] {
  if (KNOWN.has(kind) || resources.some(resource => resource.kind === kind)) return [];
  return nearest(kind, [...new Set([...KNOWN, ...resources.map(resource => resource.kind)])]);
}
