import { Option } from 'commander';
import type { Graph } from '../../core/graph';
import type { Run } from '../../model';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { describeSelection, selectionOf } from '../selection';
import { say, sayJson, table } from '../terminal';

/** What there is: for a look around, and for programs. */
export const list: GraphCommand = {
  name: 'list',
  describe: command => describeSelection(command)
    .description('systems and environments with their workloads, images and published ports')
    .addOption(new Option('--names', 'only the names of the stacks, each on a line').conflicts('json'))
    .option('--json', 'for programs: an array with an object for each stack')
    .addHelpText('after', '\nPORTS are those that other workloads call. PUBLISHED are those of the host or the load balancer; (host): for this machine alone.'),
  examples: ['npx compose8s list', 'npx compose8s list shop', 'npx compose8s list --names', "npx compose8s list --json | jq -r '.[].workloads[].image' | sort -u"],
  run(project, call) {
    const { keep, stacks: chosen } = selectionOf(project, call);
    // These are known even where something is wrong with the stacks.
    if (call.options.names) {
      say(chosen.map(({ node }) => `${node.path}\n`).join(''));
      return EXIT.ok;
    }
    const stacks = project.graphs(keep).map(graph => inventoryOf(graph, graph.stack.targets.filter(target => keep(graph.stack, target)).map(({ name }) => name)));
    if (call.options.json) sayJson(stacks);
    else say(stacks.map(textOf).join('\n'));
    return EXIT.ok;
  },
};

type Inventory = ReturnType<typeof inventoryOf>;

function inventoryOf(graph: Graph, targets: readonly string[]) {
  const { stack } = graph;
  return {
    stack: stack.node.path, system: stack.system, environment: stack.environment, targets,
    workloads: graph.workloads.map(workload => ({
      name: graph.name(workload),
      runs: runsOf(workload.spec.runs),
      image: workload.spec.image.reference,
      built: workload.spec.image.build !== undefined,
      ports: Object.entries(workload.spec.ports).map(([name, { number, protocol }]) => ({ name, number, protocol })),
      published: graph.routesTo(workload).map(({ spec: { to, published, reach, hosts } }) => ({ port: to.portName, published, reach, hosts: [...hosts] })),
    })),
  };
}

function runsOf(runs: Run): string {
  if (runs.kind === 'schedule') return `schedule ${runs.cron}`;
  if (runs.kind !== 'service') return runs.kind;
  const { replicas } = runs;
  return replicas === 1 ? 'service' : `service × ${typeof replicas === 'number' ? replicas : `${replicas.min} to ${replicas.max}`}`;
}

function textOf({ stack, targets, workloads }: Inventory): string {
  const rows = workloads.map(({ name, runs, image, built, ports, published }) => [
    name, runs, built ? `${image} (built)` : image,
    ports.map(({ number, protocol }) => (protocol === 'tcp' ? `${number}` : `${number}/${protocol}`)).join(' '),
    published.map(route => (route.reach === 'public' ? `${route.published}` : `${route.published} (host)`)).join(' '),
  ]);
  return `${stack}  (${targets.join(', ')})\n${table(['workload', 'runs', 'image', 'ports', 'published'], rows).replace(/^/gm, '  ').trimEnd()}\n`;
}
