import type { Graph } from '../../core/graph';
import type { Document } from '../../core/target';
import type { ComposeService } from './types';

/** No workload has such a name: none has two dashes side by side. */
export const RELEASES = 'releases--done';

/**
 * A service without a container, behind the work of a release that no other service waits for. `up --wait` takes the end of
 * such work for a failure (docker/compose#10596), unless a service of the file waits for it with
 * `service_completed_successfully`, be it one of no replicas. That one waits for nothing where nobody asks: Compose does not start it.
 */
export function releasesDone(graph: Graph, documents: readonly Document[]): Document[] {
  // A task is in a profile, whose services Compose does not see.
  const awaited = new Set(graph.workloads.filter(({ spec }) => spec.runs.kind !== 'task').flatMap(workload => graph.waits(workload).filter(({ until }) => until === 'completed').map(({ on }) => on)));
  const alone = graph.workloads.filter(workload => workload.spec.runs.kind === 'release' && !awaited.has(workload)).map(workload => graph.name(workload));
  const one = documents.find(({ kind, name }) => kind === 'services' && name === alone[0])?.body as ComposeService | undefined;
  if (!one) return [];
  // As hardened as what it waits for, for those who look through the file.
  const { image, user, read_only, cap_drop, security_opt, deploy } = one;
  const service: ComposeService = {
    image, restart: 'no',
    depends_on: Object.fromEntries(alone.map(name => [name, { condition: 'service_completed_successfully' as const }])),
    network_mode: 'none', user, read_only, cap_drop, security_opt,
    deploy: { ...deploy, replicas: 0 },
  };
  return [{ source: graph.stack, path: 'services.yaml', kind: 'services', name: RELEASES, body: service }];
}
