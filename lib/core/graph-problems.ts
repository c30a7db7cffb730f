import type { Construct, IConstruct } from 'constructs';
import { isPrimitive, pathOf, type Build, type Mount, type Problem, type Route, type Workload } from '../model';
import { endpointsOf, ownsVolume, secretKeysOf, secretOf, textsOf, writesTo, type Graph } from './graph';
import { nameBelow } from './names';
import { variableProblems } from './secrets/inventory';
import { Stack } from './stack';

/** What can only be wrong with a stack as a whole. */
export function* graphProblems(graph: Graph): Iterable<Problem> {
  yield* stackProblems(graph);
  yield* letterProblems(graph);
  yield* nameProblems(graph);
  yield* referenceProblems(graph);
  yield* selfProblems(graph);
  yield* sharingProblems(graph);
  yield* buildProblems(graph);
  yield* cycleProblems(graph);
  yield* variableProblems(graph);
}

/** What can only be wrong with all stacks together. */
export function* appProblems(root: Construct, graphs: readonly Graph[]): Iterable<Problem> {
  const projects = new Map<string, Stack>();
  for (const { stack } of graphs) {
    const other = projects.get(stack.projectName);
    if (other) yield { code: 'stack-collision', at: pathOf(stack), what: `its project and namespace would be '${stack.projectName}', as those of ${pathOf(other)}`, fix: 'give its system or its environment another name' };
    projects.set(stack.projectName, stack);
  }
  for (const construct of strays(root)) {
    yield { code: 'outside-stack', at: pathOf(construct), what: 'it is part of no stack, so that nothing would come of it', fix: 'give it a stack, or a construct within one, as its scope' };
  }
}

function* strays(construct: IConstruct): Iterable<IConstruct> {
  if (Stack.isStack(construct)) return;
  if (isPrimitive(construct)) yield construct;
  for (const child of construct.node.children) yield* strays(child);
}

/** The words become folders, a project and a namespace. */
function* stackProblems({ stack }: Graph): Iterable<Problem> {
  for (const [what, word] of [['system', stack.system], ['environment', stack.environment]] as const) {
    if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(word)) {
      yield { code: 'stack-name', at: pathOf(stack), what: `'${word}' cannot be the name of a${what === 'system' ? '' : 'n'} ${what}`, fix: 'use lower-case letters, digits and dashes, and begin with a letter' };
    }
  }
  if (stack.projectName.length > 63) {
    yield { code: 'stack-name', at: pathOf(stack), what: `its project and namespace would be '${stack.projectName}' (${stack.projectName.length} characters)`, fix: 'choose names of a system and an environment that give at most 63 characters together' };
  }
}

/** Letters that a name cannot have would go, and leave another word: `wéb` would be `w-b`. */
function* letterProblems(graph: Graph): Iterable<Problem> {
  const named = [...graph.workloads, ...graph.volumes, ...graph.secrets, ...graph.configs, ...graph.routes, ...graph.certificates];
  for (const construct of new Set(named.flatMap(primitive => primitive.node.scopes.slice(graph.stack.node.scopes.length)))) {
    // eslint-disable-next-line no-control-regex -- all that is ASCII
    const letters = new Set(construct.node.id.match(/[^\x00-\x7f]/gu));
    if (letters.size === 0) continue;
    yield { code: 'name-letters', at: pathOf(construct), what: `its name would be '${nameBelow(graph.stack, construct)}': no name has ${[...letters].join(', ')}`, fix: 'choose an id of the letters a to z, digits and dashes' };
  }
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
    for (const on of workload.spec.after) {
      if (!graph.has(on)) yield { code: 'foreign-after', at, what: `it waits for ${pathOf(on)}, which is part of another stack`, fix: 'move both into one stack, or leave it out of `after`' };
    }
    for (const { secret } of [...secretKeysOf(workload), ...Object.values(workload.spec.image.build?.secrets ?? {})]) {
      if (!graph.has(secret)) yield { code: 'foreign-secret', at, what: `it refers to ${pathOf(secret)}, which is part of another stack`, fix: 'declare it in this stack: each stack has secrets of its own' };
    }
    for (const reference of textsOf(workload).flatMap(text => text.references)) {
      if (reference.kind === 'published' && !graph.has(reference.route)) {
        yield { code: 'foreign-published', at, what: `it refers to the published port of ${pathOf(reference.route)}, which is part of another stack`, fix: 'write the number itself: the variables of another stack are not known in this one' };
      } else if (reference.kind === 'published' && hasManyPorts(reference.route)) {
        yield { code: 'published-many', at, what: `it refers to the published port of ${pathOf(reference.route)}, of which each replica has another`, fix: 'run one replica, or publish a proxy in front of them' };
      }
    }
    for (const mount of workload.spec.mounts) {
      const mounted = mountedBy(mount);
      if (mounted && !graph.has(mounted)) {
        yield { code: 'foreign-mount', at, what: `it mounts ${pathOf(mounted)}, which is part of another stack`, fix: 'declare it in this stack' };
      }
      const shown = secretOf(mount);
      for (const key of shown?.keys ?? []) {
        if (!Object.hasOwn(shown!.secret.spec.keys, key)) {
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

/** A host has each port once, so that replicas which are published on it have a port each. */
function hasManyPorts({ spec: { reach, to: { workload: { spec: { runs } } } } }: Route): boolean {
  return reach === 'host' && runs.kind === 'service' && runs.replicas !== 1;
}

/** No edge leads from a workload to itself: its own name need not resolve, and its own policy does not let it through. */
function* selfProblems(graph: Graph): Iterable<Problem> {
  for (const workload of graph.workloads) {
    const ports = new Map(endpointsOf(workload).filter(endpoint => endpoint.workload === workload).map(({ portName, port }) => [portName, port]));
    for (const [portName, port] of ports) {
      yield { code: 'self-reference', at: pathOf(workload), what: `it refers to its own port '${portName}' by its name, which it need not find`, fix: `write 127.0.0.1:${port}; where only others read the text, mention() the endpoint` };
    }
  }
}

/** Whoever writes to a kept volume makes files of its own group, which only that group may change. */
function* sharingProblems(graph: Graph): Iterable<Problem> {
  for (const volume of graph.volumes) {
    if (volume.spec.filledBy) continue;
    const [first, ...others] = graph.mountersOf(volume).filter(workload => workload.spec.user && writesTo(workload, volume));
    for (const other of others) {
      const [gid, its] = [first!.spec.user!.gid, other.spec.user!.gid];
      if (gid === its) continue;
      yield {
        code: 'volume-groups', at: pathOf(other), what: `it writes to ${pathOf(volume)} in the group ${its}, and ${pathOf(first!)} in the group ${gid}: neither may change what the other wrote`,
        fix: `let both run in one group (user: { …, gid: ${gid} }), or mount it readOnly in one of them`,
      };
    }
  }
}

function mountedBy(mount: Mount): Construct | undefined {
  return 'volume' in mount ? mount.volume : 'config' in mount ? mount.config : 'secret' in mount ? mount.secret : 'certificate' in mount ? mount.certificate : undefined;
}

/** One name is one folder, one Dockerfile and one tag. */
function* buildProblems(graph: Graph): Iterable<Problem> {
  const seen = new Map<string, { readonly build: Build; readonly workload: Workload }>();
  for (const workload of graph.workloads) {
    const { build } = workload.spec.image;
    if (!build) continue;
    const other = seen.get(build.name);
    if (!other) seen.set(build.name, { build, workload });
    else if (build !== other.build && contentOf(build) !== contentOf(other.build)) {
      yield { code: 'build-collision', at: pathOf(workload), what: `it builds another image under the name '${build.name}' than ${pathOf(other.workload)} does`, fix: 'give one of the images another name, or let both use the same' };
    }
  }
}

/** All that it says. What stands for a value of a secret has no text of its own. */
function contentOf({ secrets, ...rest }: Build): string {
  return JSON.stringify([rest, Object.entries(secrets).map(([id, { secret, name }]) => [id, secret.node.path, name])]);
}

function* cycleProblems(graph: Graph): Iterable<Problem> {
  const done = new Set<Workload>();
  const path: Workload[] = [];
  const onPath = new Set<Workload>();
  const problems: Problem[] = [];
  const visit = (workload: Workload) => {
    if (onPath.has(workload)) {
      const cycle = [...path.slice(path.indexOf(workload)), workload];
      const loose = cycle.slice(1).map((on, i) => ({ from: cycle[i]!, on }))
        .findLast(({ from, on }) => graph.waits(from).some(wait => wait.on === on && wait.until === 'healthy'));
      problems.push({
        code: 'cycle', at: pathOf(workload),
        what: `it would wait for itself: ${cycle.map(member => graph.name(member)).join(' → ')}`,
        fix: loose ? `let one of them start without the other: startsWithout: [${graph.name(loose.on)}] in ${graph.name(loose.from)}` : 'take one of them out of `after`',
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
