import { Option } from 'commander';
import type { Graph } from '../../core/graph';
import { SynthesisError, type Emission } from '../../core/synthesis';
import type { RunningImage } from '../../core/target';
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
    .addHelpText('after', `
IMAGE is what runs, as the output names it; one that not all targets have stands with those that do. In JSON, \`images\` of the
stack are all of them, also those of Kubernetes objects of your own.
PORTS are those that other workloads call. PUBLISHED are those of the host or the load balancer; (host): for this machine alone.`),
  examples: ['npx compose8s list', 'npx compose8s list shop', 'npx compose8s list --names', "npx compose8s list --json | jq -r '.[].images[].image' | sort -u"],
  run(project, call) {
    const { keep, stacks: chosen } = selectionOf(project, call);
    // These are known even where something is wrong with the stacks.
    if (call.options.names) {
      say(chosen.map(({ node }) => `${node.path}\n`).join(''));
      return EXIT.ok;
    }
    const { graphs, emissions, problems } = project.synthesize(keep);
    if (problems.length > 0) throw new SynthesisError(problems);
    const stacks = graphs.map(graph => inventoryOf(graph, emissions.filter(emission => emission.graph === graph)));
    if (call.options.json) sayJson(stacks);
    else say(stacks.map(textOf).join('\n'));
    return EXIT.ok;
  },
};

type Inventory = ReturnType<typeof inventoryOf>;

function inventoryOf(graph: Graph, emissions: readonly Emission[]) {
  const { stack } = graph;
  const running = emissions.flatMap(emission => imagesIn(emission).map(image => ({ ...image, target: emission.target.name })));
  return {
    stack: stack.node.path, system: stack.system, environment: stack.environment, targets: emissions.map(({ target }) => target.name),
    images: byImage(running),
    workloads: graph.workloads.map(workload => ({
      name: graph.name(workload),
      runs: runsOf(workload.spec.runs),
      images: byImage(running.filter(({ by }) => by === graph.name(workload))),
      ports: Object.entries(workload.spec.ports).map(([name, { number, protocol }]) => ({ name, number, protocol })),
      published: graph.routesTo(workload).map(({ spec: { to, published, reach, hosts } }) => ({ port: to.portName, published, reach, hosts: [...hosts] })),
    })),
  };
}

function imagesIn({ graph, target, rendering: { documents } }: Emission): readonly RunningImage[] {
  return target.images?.(documents, graph) ?? graph.workloads.map(workload => {
    const { reference, build } = workload.spec.image;
    return { by: graph.name(workload), image: reference, built: build !== undefined };
  });
}

/** Each once, with the targets on which it runs. */
function byImage(running: readonly (RunningImage & { readonly target: string })[]) {
  const images = new Map<string, { image: string; built: boolean; targets: string[] }>();
  for (const { image, built, target } of running) {
    const known = images.get(`${image} ${built}`);
    if (!known) images.set(`${image} ${built}`, { image, built, targets: [target] });
    else if (!known.targets.includes(target)) known.targets.push(target);
  }
  return [...images.values()];
}

function runsOf(runs: Run): string {
  if (runs.kind === 'schedule') return `schedule ${runs.cron}`;
  if (runs.kind !== 'service') return runs.kind;
  const { replicas } = runs;
  return replicas === 1 ? 'service' : `service × ${typeof replicas === 'number' ? replicas : `${replicas.min} to ${replicas.max}`}`;
}

function textOf({ stack, targets, workloads }: Inventory): string {
  const rows = workloads.flatMap(({ name, runs, images, ports, published }) => {
    const [image = '', ...others] = images.map(({ image, built, targets: on }) => {
      const remarks = [...(built ? ['built'] : []), ...(on.length < targets.length ? on : [])];
      return remarks.length > 0 ? `${image} (${remarks.join(', ')})` : image;
    });
    return [
      [
        name, runs, image,
        ports.map(({ number, protocol }) => (protocol === 'tcp' ? `${number}` : `${number}/${protocol}`)).join(' '),
        published.map(route => (route.reach === 'public' ? `${route.published}` : `${route.published} (host)`)).join(' '),
      ],
      ...others.map(other => ['', '', other, '', '']),
    ];
  });
  return `${stack}  (${targets.join(', ')})\n${table(['workload', 'runs', 'image', 'ports', 'published'], rows).replace(/^/gm, '  ').trimEnd()}\n`;
}
