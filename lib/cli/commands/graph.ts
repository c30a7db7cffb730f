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
    .addOption(new Option('--format <format>', 'what to print').choices(['mermaid', 'svg', 'html']).default('mermaid')),
  examples: ['npx compose8s graph shop/prod', 'npx compose8s graph shop/prod --format svg > architecture.svg'],
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
