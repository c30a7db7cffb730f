import { isPrimitive, pathOf, type Workload } from '../../model';
import type { Graph } from '../graph';
import type { Emission } from '../synthesis';
import type { Note } from '../target';
import { yaml } from '../yaml';
import { diagramOf } from './diagram';
import { PROGRAM, STYLE } from './explorer-page';
import { escaped, svg } from './svg';

/** What the page shows of a construct. */
interface Entry {
  readonly path: string;
  readonly kind: string;
  readonly sides: readonly { readonly target: string; readonly documents: readonly { readonly name: string; readonly text: string }[] }[];
  readonly notes: readonly Omit<Note, 'at'>[];
  readonly reachedBy: readonly string[];
  readonly reaches: readonly string[];
}

/** One page with everything in it: it opens from a file, asks no server, and works with the keyboard and a screen reader. */
export function explorer(graph: Graph, emissions: readonly Emission[]): string {
  const entries = entriesOf(graph, emissions);
  const title = graph.stack.node.path;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escaped(title)}</h1><p>Choose a construct, in the picture or in the list, to see what each target makes of it.</p></header>
<main>
<nav aria-label="Constructs"><ul>
${entries.map(({ path, kind }) => `<li><button type="button" data-construct="${escaped(path)}" aria-pressed="false">${escaped(path.slice(title.length + 1) || path)} <small>${escaped(kind)}</small></button></li>`).join('\n')}
</ul></nav>
<figure>${svg(diagramOf(graph), { choosable: true })}</figure>
<section id="details" aria-live="polite" aria-label="The chosen construct"></section>
</main>
<script type="application/json" id="constructs">${JSON.stringify(entries).replaceAll('<', '\\u003c')}</script>
<script>${PROGRAM}</script>
</body>
</html>
`;
}

/** Those that documents come from, and those in the picture. */
function entriesOf(graph: Graph, emissions: readonly Emission[]): Entry[] {
  const own = new Map<string, string>();
  const primitives = [...graph.workloads, ...graph.volumes, ...graph.routes, ...graph.certificates, ...graph.configs, ...graph.secrets];
  for (const construct of primitives) if (!own.has(pathOf(construct))) own.set(pathOf(construct), construct.kind);
  for (const { rendering: { documents } } of emissions) {
    for (const { source } of documents) if (!own.has(pathOf(source))) own.set(pathOf(source), isPrimitive(source) ? source.kind : source === graph.stack ? 'stack' : 'object');
  }
  return [...own].map(([path, kind]): Entry => {
    const workload = graph.workloads.find(other => pathOf(other) === path);
    return {
      path, kind,
      sides: emissions.map(({ target, rendering: { documents } }) => ({
        target: target.name,
        documents: documents.filter(({ source }) => pathOf(source) === path).map(document => ({ name: `${document.kind}/${document.name}`, text: yaml(document.body) })),
      })),
      notes: emissions.flatMap(({ rendering }) => rendering.notes).filter(({ at }) => at === path).map(({ at: _at, ...note }) => note),
      reachedBy: workload ? callersOf(graph, workload) : [],
      reaches: workload ? [...graph.edgesFrom(workload).map(({ to, port }) => `${graph.name(to)} on port ${port}`), ...(workload.spec.internet ? ['the internet'] : [])] : [],
    };
  });
}

function callersOf(graph: Graph, workload: Workload): string[] {
  return [
    ...graph.routesTo(workload).map(({ spec: { reach, published } }) => `${reach === 'public' ? 'anyone' : 'this machine'} on port ${published}`),
    ...graph.edgesTo(workload).map(({ from, port }) => `${graph.name(from)} on port ${port}`),
  ];
}
