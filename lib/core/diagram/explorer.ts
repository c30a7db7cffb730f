import { isPrimitive, pathOf, type Route, type Workload } from '../../model';
import type { Graph } from '../graph';
import { portText } from '../ports';
import type { Emission } from '../synthesis';
import { INTERNET, type Connection, type Note } from '../target';
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
  /** Of a way in: the workload behind it, which is the one that the page shows. */
  readonly leadsTo: string | undefined;
  readonly reachedBy: readonly Group[];
  readonly reaches: readonly Group[];
  /** What a screen reader says of the choice. */
  readonly summary: string;
}

/** What holds on one target. */
interface Group { readonly where: string; readonly items: readonly string[] }

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
<a class="skip" href="#details">Skip the list of constructs</a>
<header><h1>${escaped(title)}</h1><p>Choose a construct, in the picture or in the list, to see what each target makes of it.</p></header>
<main>
<nav aria-label="Constructs"><ul>
${entries.map(({ path, kind }) => `<li><button type="button" data-construct="${escaped(path)}" aria-pressed="false">${escaped(nameOf(graph, path))} <small>${escaped(kind)}</small></button></li>`).join('\n')}
</ul></nav>
<figure>${svg(diagramOf(graph), { choosable: true })}</figure>
<p id="status" role="status"></p>
<section id="details" tabindex="-1" aria-label="The chosen construct"></section>
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
    const route = graph.routes.find(other => pathOf(other) === path);
    const workload = route?.spec.to.workload ?? graph.workloads.find(other => pathOf(other) === path);
    // On most targets a way in is part of what it leads to.
    const sources = [path, ...(route && workload ? [pathOf(workload)] : [])];
    const reachedBy = workload ? callersOf(graph, emissions, workload) : [];
    return {
      path, kind,
      sides: emissions.map(({ target, rendering: { documents } }) => ({
        target: target.name,
        documents: documents.filter(({ source }) => sources.includes(pathOf(source))).map(document => ({ name: `${document.kind}/${document.name}`, text: yaml(document.body) })),
      })),
      notes: emissions.flatMap(({ rendering }) => rendering.notes).filter(({ at }) => at === path).map(({ at: _at, ...note }) => note),
      leadsTo: route && workload ? graph.name(workload) : undefined,
      reachedBy,
      reaches: workload && !route ? calledBy(graph, emissions, workload) : [],
      summary: `${nameOf(graph, path)} chosen${workload ? `: ${counted(emissions, graph.name(workload))}` : ''}`,
    };
  });
}

function nameOf({ stack }: Graph, path: string): string {
  return path.slice(stack.node.path.length + 1) || path;
}

/** By what is emitted: on Compose, whoever shares a network may call; on Kubernetes, whom the policies let in. */
function connectionsOf({ target, rendering: { documents } }: Emission): readonly Connection[] {
  return [...target.reach?.(documents) ?? [], ...target.outside?.(documents) ?? []];
}

function callersOf(graph: Graph, emissions: readonly Emission[], workload: Workload): Group[] {
  const name = graph.name(workload);
  const local = graph.routesTo(workload).filter(({ spec }) => spec.reach === 'host').flatMap(route => localWays(emissions, route));
  return [
    ...groups(emissions, emission => connectionsOf(emission).filter(({ to }) => to === name).map(({ from, port }) => `${from === INTERNET ? 'anyone' : from}${onPort(port)}`)),
    ...(local.length > 0 ? [{ where: 'by a published or a forwarded port', items: local }] : []),
  ];
}

/** `this machine, at localhost:8081 (compose, kubernetes)`: targets that publish it alike together. */
function localWays(emissions: readonly Emission[], route: Route): string[] {
  const targets = new Map<string, string[]>();
  for (const { graph, target, rendering: { documents } } of emissions) {
    const address = target.operations?.(graph, documents).addressOf(route);
    if (address) targets.set(address, [...targets.get(address) ?? [], target.name]);
  }
  return [...targets].map(([address, names]) => `this machine, at ${address} (${names.join(', ')})`);
}

function calledBy(graph: Graph, emissions: readonly Emission[], workload: Workload): Group[] {
  const name = graph.name(workload);
  const ranges = workload.spec.reaches.flatMap(({ cidr, ports }) => ports.map(port => `${cidr}${onPort(portText(port))}`));
  return [
    ...groups(emissions, emission => connectionsOf(emission).filter(({ from }) => from === name).map(({ to, port }) => `${to === INTERNET ? 'the internet' : to}${onPort(port)}`)),
    ...(ranges.length > 0 ? [{ where: 'outside of the stack', items: ranges }] : []),
  ];
}

/** A target that does not say who can reach whom is left out. */
function groups(emissions: readonly Emission[], itemsOf: (emission: Emission) => readonly string[]): Group[] {
  return emissions.filter(({ target }) => target.reach).map(emission => {
    const items = [...new Set(itemsOf(emission))];
    return { where: `on ${emission.target.name}`, items: items.length > 0 ? items : ['nobody'] };
  });
}

function onPort(port: string): string {
  return port === '*' ? '' : ` on port ${port}`;
}

/** `3 callers`: each once, however many targets and ports let it in. */
function counted(emissions: readonly Emission[], name: string): string {
  const { size } = new Set(emissions.flatMap(connectionsOf).filter(({ to }) => to === name).map(({ from }) => from));
  return size === 1 ? '1 caller' : `${size} callers`;
}
