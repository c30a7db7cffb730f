import type { Construct } from 'constructs';
import { pathOf, type Problem, type Workload } from '../model';
import { ownsVolume, secretOf, type Graph } from './graph';

/** What can only be wrong with a stack as a whole. */
export function* graphProblems(graph: Graph): Iterable<Problem> {
  yield* nameProblems(graph);
  yield* referenceProblems(graph);
  yield* cycleProblems(graph);
}

const LONGEST = { service: 63, release: 52, schedule: 52, task: 52 } as const;

function* nameProblems(graph: Graph): Iterable<Problem> {
  for (const list of [graph.workloads, graph.volumes, graph.secrets, graph.configs, graph.routes, graph.certificates]) {
    const seen = new Map<string, Construct>();
    for (const construct of list) {
      const name = graph.name(construct);
      const longest = construct.kind !== 'workload' ? 63 : ownsVolume(graph, construct) ? 52 : LONGEST[construct.spec.runs.kind];
      const at = pathOf(construct);
      if (name.length > longest || !/^[a-z]/.test(name)) {
        yield { code: 'name', at, what: `its name would be '${name}' (${name.length} characters)`, fix: `choose ids that begin with a letter and give at most ${longest} characters together` };
      }
      const other = seen.get(name);
      if (other) yield { code: 'name-collision', at, what: `it would have the same name '${name}' as ${pathOf(other)}`, fix: 'give one of them another id: case and punctuation do not tell names apart' };
      seen.set(name, construct);
    }
  }
}

function* referenceProblems(graph: Graph): Iterable<Problem> {
  for (const workload of graph.workloads) {
    const at = pathOf(workload);
    for (const { to, portName } of graph.edgesFrom(workload)) {
      if (!graph.has(to)) {
        yield { code: 'foreign-reference', at, what: `it refers to ${pathOf(to)}, which is part of another stack`, fix: 'move both into one stack, or reach it through a route and its public address' };
      } else if (!(portName in to.spec.ports)) {
        yield { code: 'endpoint-port', at, what: `it refers to the port '${portName}' of ${pathOf(to)}, which declares none of that name`, fix: `use one of: ${Object.keys(to.spec.ports).join(', ') || '(there is none)'}` };
      } else if (to.spec.runs.kind !== 'service') {
        yield { code: 'endpoint-passing', at, what: `it refers to ${pathOf(to)}, which runs to its end and cannot be called`, fix: 'name it in `after`, to wait for its end' };
      }
    }
    for (const mount of workload.spec.mounts) {
      const mounted = 'volume' in mount ? mount.volume : 'config' in mount ? mount.config : 'secret' in mount ? mount.secret : undefined;
      if (mounted && !graph.has(mounted)) {
        yield { code: 'foreign-mount', at, what: `it mounts ${pathOf(mounted)}, which is part of another stack`, fix: 'declare it in this stack' };
      }
      const shown = secretOf(mount);
      for (const key of shown?.keys ?? []) {
        if (!(key in shown!.secret.spec.keys)) {
          yield { code: 'secret-key-unknown', at, what: `it mounts the key '${key}' of ${pathOf(shown!.secret)}, which does not have it`, fix: `use one of: ${Object.keys(shown!.secret.spec.keys).join(', ')}` };
        }
      }
    }
  }
  for (const route of graph.routes) {
    const { to } = route.spec;
    if (!graph.has(to.workload) || !(to.portName in to.workload.spec.ports)) {
      yield { code: 'route-port', at: pathOf(route), what: `it leads to the port '${to.portName}' of ${pathOf(to.workload)}, which is not there`, fix: `use one of: ${Object.keys(to.workload.spec.ports).join(', ') || '(there is none)'}` };
    }
  }
}

function* cycleProblems(graph: Graph): Iterable<Problem> {
  const done = new Set<Workload>();
  const path: Workload[] = [];
  const onPath = new Set<Workload>();
  const problems: Problem[] = [];
  const visit = (workload: Workload) => {
    if (onPath.has(workload)) {
      const cycle = path.slice(path.indexOf(workload));
      problems.push({
        code: 'cycle', at: pathOf(workload),
        what: `it would wait for itself: ${[...cycle, workload].map(member => graph.name(member)).join(' → ')}`,
        fix: `let one of them start without the other: startsWithout: [${cycle.at(-1) === workload ? 'itself' : graph.name(workload)}] in ${graph.name(cycle.at(-1)!)}`,
      });
      return;
    }
    if (done.has(workload)) return;
    path.push(workload);
    onPath.add(workload);
    for (const { on } of graph.waits(workload)) visit(on);
    path.pop();
    onPath.delete(workload);
    done.add(workload);
  };
  graph.workloads.forEach(visit);
  yield* problems;
}
