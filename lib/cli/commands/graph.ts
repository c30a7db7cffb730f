import { Option } from 'commander';
import { diagramOf, escaped, mermaid, svg, type Diagram } from '../../core/diagram';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';

/** The architecture as a picture. */
export const graph: GraphCommand = {
  name: 'graph',
  describe: command => command
    .description('draw a stack: workloads by network tier, who calls whom on which port, volumes, ways in')
    .argument('[stack]', 'system/environment; not needed where there is one only')
    .addOption(new Option('--format <format>', 'what to print').choices(['mermaid', 'svg', 'html']).default('mermaid'))
    .addHelpText('after', `
A tier is a part of the network that the program has named: tier: { name: 'backend' }. Its workloads stand together in the
picture. One without a tier stands by itself. Tiers group, and connect nobody: each arrow between two workloads is a
network of these two alone on Compose, and rules of their policies on Kubernetes.

  box               a workload; in mermaid a release job leans, a schedule has round ends, a task has double sides
  cylinder          a volume, and its size
  dark or round     the world around the stack: anyone, this machine, the internet
  arrow             may open a connection, on these ports
  thick arrow       a way in: the host and the ports that are published
  line, no head     mounts the volume; "reads" where it cannot write
  dashed arrow      starts when the other has ended: "after"

mermaid is text for a Markdown page, which GitHub and others draw; svg is a picture; html a page with that picture.`),
  examples: ['npx compose8s graph shop/prod', 'npx compose8s graph shop/prod --format svg > architecture.svg', 'npx compose8s graph shop/prod --format html > architecture.html'],
  run(project, { args: [reference], options }) {
    const diagram = diagramOf(project.graph((reference as string | undefined) ?? project.only()));
    process.stdout.write(PRINT[options.format as keyof typeof PRINT](diagram));
    return EXIT.ok;
  },
};

const PRINT = {
  mermaid,
  svg,
  html: (diagram: Diagram) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(diagram.title)}</title>
<style>body { margin: 1rem; font-family: system-ui, sans-serif; } figure { margin: 0; overflow: auto; } svg { display: block; max-width: none; }</style>
<h1>${escaped(diagram.title)}</h1>
<figure>${svg(diagram)}</figure>
</html>
`,
} as const;
