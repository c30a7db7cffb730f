import { pathOf, type Problem, type Route } from '../../model';
import type { Graph } from '../../core/graph';
import { rangeConflicts } from './networks';
import { portVariable } from './services';

/** What two stacks, or two workloads of one, cannot both have on the same host. Compose itself notices none of it. */
export function hostConflicts(graphs: readonly Graph[], hostOf: (graph: Graph) => string): Problem[] {
  const byHost = new Map<string, Graph[]>();
  for (const graph of graphs) byHost.set(hostOf(graph), [...(byHost.get(hostOf(graph)) ?? []), graph]);
  return [...byHost.values()].flatMap(neighbours => [...portConflicts(neighbours), ...rangeConflicts(neighbours)]);
}

function portConflicts(graphs: readonly Graph[]): Problem[] {
  const seen = new Map<string, { route: Route; graph: Graph }>();
  return graphs.flatMap(graph => graph.routes.flatMap((route): Problem[] => {
    const { published, to } = route.spec;
    const protocol = to.workload.spec.ports[to.portName]!.protocol;
    const other = seen.get(`${published}/${protocol}`);
    seen.set(`${published}/${protocol}`, { route, graph });
    if (!other) return [];
    const movable = portVariable(graph.name(to.workload), to.portName);
    return [{
      code: 'port-conflict', at: pathOf(route),
      what: `it publishes port ${published}, as ${pathOf(other.route)} does on the same host`,
      fix: other.graph === graph
        ? 'publish one of them under another number'
        : `publish one of them under another number (for one start: ${movable}=…), or say that they run on different hosts: new Compose({ host: … })`,
    }];
  }));
}
