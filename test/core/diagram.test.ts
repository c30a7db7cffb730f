import { describe, expect, test } from '@jest/globals';
import { systems } from '../../apps';
import { App, Compose, Kubernetes, pathOf, Route, Stack, synthesize, type Emission } from '../../lib';
import { diagramOf, explorer, mermaid, svg } from '../../lib/core/diagram';
import { LABEL_CHARACTER, layOut, type Area, type Point } from '../../lib/core/diagram/layout';
import type { Graph } from '../../lib/core/graph';
import { service, shop } from '../support/stacks';

const app = new App();
systems(app);
const synthesis = synthesize(app);
const diagram = (stack: string) => diagramOf(synthesis.graphs.find(graph => graph.stack.node.path === stack)!);

test('Mermaid text names every workload in its tier, every port, every volume and way in', () => {
  expect(mermaid(diagram('cedrus/dev')).split('\n')).toEqual(expect.arrayContaining([
    '%% cedrus/dev', 'flowchart TB', '  subgraph tier_0["cedrus"]', '    web_3["web<br/>cedrus:dev"]', '    migrate_2[/"migrate<br/>cedrus:dev"/]', '    postgres_data_5[("postgres-data<br/>5 GiB")]',
    '  outside_host ==>|":8000"| web_3', '  web_3 -->|"5432"| postgres_0', '  web_3 -.->|"after"| migrate_2', '  postgres_0 --- postgres_data_5',
  ]));
});

/** Points of each line, as it is drawn: a start, and Bézier curves of the third degree. */
function linesOf(picture: string): Point[][] {
  return [...picture.matchAll(/<g class="arrow \w+"><path d="M([^C"]+)C([^"]+)"/g)].map(([, start, parts]) => {
    const [first, ...rest] = [...`${start} ${parts}`.matchAll(/(\S+) (\S+)/g)].map(([, x, y]): Point => ({ x: Number(x), y: Number(y) }));
    const points = [first!];
    for (let i = 0; i < rest.length; i += 3) {
      const [a, b, c, d] = [points.at(-1)!, rest[i]!, rest[i + 1]!, rest[i + 2]!];
      const at = (axis: 'x' | 'y', t: number) => a[axis] * (1 - t) ** 3 + 3 * b[axis] * t * (1 - t) ** 2 + 3 * c[axis] * t ** 2 * (1 - t) + d[axis] * t ** 3;
      for (let step = 1; step <= 40; step++) points.push({ x: at('x', step / 40), y: at('y', step / 40) });
    }
    return points;
  });
}

function drawn(stack: string) {
  const { boxes, arrows } = layOut(diagram(stack));
  const lines = linesOf(svg(diagram(stack)));
  return {
    boxes,
    arrows: arrows.map(({ arrow }, i) => ({ arrow, line: lines[i]! })),
    labels: arrows.filter(({ arrow }) => arrow.label).map(({ arrow: { from, to, label: { length } }, label }) => ({ title: `${from} → ${to}`, area: { ...label, width: length * LABEL_CHARACTER + 8, height: 16 } })),
  };
}

const isIn = ({ x, y }: Point, area: Area) => Math.abs(x - area.x) < area.width / 2 && Math.abs(y - area.y) < area.height / 2;

describe.each(synthesis.graphs.map(({ stack }) => stack.node.path))('the picture of %s', stack => {
  test('lays no two boxes over each other, and all of them in the picture', () => {
    const { boxes, width, height } = layOut(diagram(stack));
    for (const [i, { box, area: a }] of boxes.entries()) {
      expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width / 2).toBeLessThanOrEqual(width);
      expect(a.y + a.height / 2).toBeLessThanOrEqual(height);
      for (const { box: other, area: b } of boxes.slice(i + 1)) {
        const apart = Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
        expect({ box: box.title, other: other.title, apart }).toMatchObject({ apart: true });
      }
    }
  });

  test('leads no line behind a box or a label that it has nothing to do with', () => {
    const { boxes, arrows, labels } = drawn(stack);
    for (const { arrow: { from, to }, line } of arrows) {
      const arrow = `${from} → ${to}`;
      const others = [...boxes.filter(({ box: { id } }) => id !== from && id !== to).map(({ box: { title }, area }) => ({ title, area })), ...labels.filter(({ title }) => title !== arrow)];
      expect({ arrow, behind: others.filter(({ area }) => line.some(point => isIn(point, area))).map(({ title }) => title) }).toEqual({ arrow, behind: [] });
    }
  });

  test('leads each line from its box to its box, and no two to the same point', () => {
    const { boxes, arrows } = drawn(stack);
    const isAt = (point: Point, id: string) => boxes.some(({ box, area }) => box.id === id && isIn(point, { ...area, width: area.width + 1, height: area.height + 1 }));
    for (const { arrow, line } of arrows) {
      expect({ arrow, begins: isAt(line[0]!, arrow.from), ends: isAt(line.at(-1)!, arrow.to) }).toEqual({ arrow, begins: true, ends: true });
    }
    expect(new Set(arrows.map(({ line }) => JSON.stringify(line.at(-1)))).size).toBe(arrows.length);
  });

  test('lays no label over a box or another label', () => {
    const { boxes, labels } = drawn(stack);
    for (const [i, { title, area: a }] of labels.entries()) {
      const others = [...boxes.map(({ box, area }) => ({ title: box.title, area })), ...labels.slice(i + 1)];
      expect({ title, over: others.filter(({ area: b }) => isIn(a, { ...b, width: a.width + b.width, height: a.height + b.height })).map(other => other.title) }).toEqual({ title, over: [] });
    }
  });

  test('shows an arrow for each pair that may talk, and no other call', () => {
    const graph = synthesis.graphs.find(other => other.stack.node.path === stack)!;
    const { boxes, arrows } = diagram(stack);
    const title = (id: string) => boxes.find(box => box.id === id)!.title;
    const calls = arrows.filter(({ kind }) => kind === 'call').flatMap(({ from, to, label }) => label.split(', ').map(port => `${title(from)} → ${title(to)}:${port.split('/')[0]}`));
    expect(new Set(calls)).toEqual(new Set([
      ...graph.edges.map(({ from, to, port }) => `${graph.name(from)} → ${graph.name(to)}:${port}`),
      ...graph.workloads.filter(({ spec }) => spec.internet).map(workload => `${graph.name(workload)} → the internet:`),
    ]));
  });

  test('is drawn the same each time', () => expect(svg(diagram(stack))).toBe(svg(diagram(stack))));
});

interface Group { readonly where: string; readonly items: readonly string[] }
interface Entry {
  readonly path: string; readonly kind: string; readonly summary: string; readonly leadsTo?: string;
  readonly sides: readonly { readonly target: string; readonly documents: readonly { readonly name: string }[] }[];
  readonly reachedBy: readonly Group[]; readonly reaches: readonly Group[];
}

function pageOf(graph: Graph, emissions: readonly Emission[]): { readonly page: string; readonly entry: (id: string) => Entry } {
  const page = explorer(graph, emissions.filter(emission => emission.graph === graph));
  const entries = JSON.parse(/<script type="application\/json" id="constructs">([^<]*)<\/script>/.exec(page)![1]!) as readonly Entry[];
  return { page, entry: id => entries.find(({ path }) => path === `${graph.stack.node.path}/${id}`)! };
}

describe('the explorer', () => {
  const { page, entry } = (() => {
    const app = new App();
    const stack = new Stack(app, 'shop', 'dev', { targets: [new Compose({ loopback: '127.0.0.3' }), new Kubernetes()] });
    const db = service(stack, 'db');
    const web = service(stack, 'web', { env: { DB: db.endpoint('http') }, internet: true });
    // Both are on the network of `db`; only one of them calls it.
    service(stack, 'api', { env: { DB: db.endpoint('http'), WEB: web.endpoint('http') } });
    new Route(stack, 'site', { to: web.endpoint('http'), published: 80, protocol: 'http', reach: 'public' });
    new Route(stack, 'look', { to: db.endpoint('http'), published: 8081, protocol: 'http' });
    Kubernetes.of(db).patch('NetworkPolicy', policy => ({ ...policy, spec: { ...policy.spec, ingress: policy.spec.ingress?.map(rule => ({ ...rule, from: rule.from?.filter(peer => JSON.stringify(peer).includes('"web"')) })) } }));
    const { graphs: [graph], emissions } = synthesize(app);
    return pageOf(graph!, emissions);
  })();

  test('says for each target who can reach a workload, by what is emitted', () => {
    expect(entry('db').reachedBy).toEqual([
      { where: 'on compose', items: ['web on port 8080', 'api on port 8080'] },
      // A patch of the policy has taken the other away; the graph does not know it.
      { where: 'on kubernetes', items: ['web on port 8080'] },
      { where: 'by a published or a forwarded port', items: ['this machine, at 127.0.0.3:8081 (compose)', 'this machine, at localhost:8081 (kubernetes)'] },
    ]);
    expect(entry('web').reaches).toEqual([
      { where: 'on compose', items: expect.arrayContaining(['db on port 8080', 'the internet']) },
      { where: 'on kubernetes', items: expect.arrayContaining(['db on port 8080']) },
    ]);
    expect(entry('api').reachedBy).toContainEqual({ where: 'on kubernetes', items: ['nobody'] });
  });

  test('says which addresses outside of the stack a workload calls, and the picture has them once', () => {
    const { graphs: [graph], emissions } = synthesize(shop(stack => {
      const reaches = [{ cidr: '10.0.5.0/24', port: [5432, { number: 53, protocol: 'udp' as const }] }];
      service(stack, 'web', { reaches });
      service(stack, 'api', { reaches });
    }, { targets: [new Kubernetes()] }));
    expect(pageOf(graph!, emissions).entry('web').reaches).toEqual([
      { where: 'on kubernetes', items: ['nobody'] }, { where: 'outside of the stack', items: ['10.0.5.0/24 on port 5432', '10.0.5.0/24 on port 53/udp'] },
    ]);
    expect(mermaid(diagramOf(graph!)).split('\n').filter(line => line.includes('outside'))).toEqual([
      '  outside_10_0_5_0_24(("10.0.5.0/24"))', '  web_0 -->|"5432, 53/udp"| outside_10_0_5_0_24', '  api_1 -->|"5432, 53/udp"| outside_10_0_5_0_24',
    ]);
  });

  test('shows of a way in what it leads to', () => {
    const { kind, leadsTo, sides, reachedBy } = entry('site');
    expect({ kind, leadsTo }).toEqual({ kind: 'route', leadsTo: 'web' });
    expect(sides.map(({ target, documents }) => [target, documents.map(({ name }) => name)])).toEqual([
      ['compose', expect.arrayContaining(['services/web'])],
      ['kubernetes', expect.arrayContaining(['Deployment/web', 'Service/web-public'])],
    ]);
    expect(reachedBy).toEqual(entry('web').reachedBy);
    expect(reachedBy[0]!.items).toContain('anyone on port 80');
  });

  test('tells screen readers one short line, and lets the keyboard skip the list', () => {
    expect(entry('db').summary).toBe('db chosen: 2 callers');
    expect(page).toContain('<p id="status" role="status"></p>');
    expect(page).not.toContain('aria-live');
    expect(page.indexOf('<a class="skip" href="#details">')).toBeLessThan(page.indexOf('<nav'));
  });

  test('does not make its picture smaller', () => expect(page).toMatch(/figure svg \{[^}]*max-width: none/));
});

test('the explorer asks no network, and carries no markup of a construct into the page', () => {
  const [graph] = synthesis.graphs;
  const page = explorer(graph!, synthesis.emissions.filter(emission => emission.graph === graph));
  expect(page).toContain("default-src 'none'");
  expect(page.match(/(?:src|href)="(?!data:|#)/g)).toBeNull();
  const constructs = JSON.parse(/<script type="application\/json" id="constructs">([^<]*)<\/script>/.exec(page)![1]!) as { readonly path: string }[];
  expect(constructs.map(({ path }) => path)).toEqual(expect.arrayContaining(graph!.workloads.map(pathOf)));
});
