import { describe, expect, test } from '@jest/globals';
import { systems } from '../../apps';
import { App, pathOf, synthesize } from '../../lib';
import { diagramOf, explorer, mermaid, svg } from '../../lib/core/diagram';
import { layOut } from '../../lib/core/diagram/layout';

const app = new App();
systems(app);
const synthesis = synthesize(app);
const diagram = (stack: string) => diagramOf(synthesis.graphs.find(graph => graph.stack.node.path === stack)!);

test('Mermaid text names every workload in its tier, every port, every volume and way in', () => {
  expect(mermaid(diagram('cedrus/dev')).split('\n')).toEqual(expect.arrayContaining([
    '%% cedrus/dev', 'flowchart TB', '  subgraph tier_0["cedrus"]', '    web_3["web<br/>cedrus:dev"]', '    migrate_2[/"migrate<br/>cedrus:dev"/]', '    postgres_data_5[("postgres-data<br/>5 GiB")]',
    '  outside_host ==>|"localhost:8000"| web_3', '  web_3 -->|"5432"| postgres_0', '  web_3 -.->|"after"| migrate_2', '  postgres_0 --- postgres_data_5',
  ]));
});

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

test('the explorer asks no network, and carries no markup of a construct into the page', () => {
  const [graph] = synthesis.graphs;
  const page = explorer(graph!, synthesis.emissions.filter(emission => emission.graph === graph));
  expect(page).toContain("default-src 'none'");
  expect(page.match(/(?:src|href)="(?!data:)/g)).toBeNull();
  const constructs = JSON.parse(/<script type="application\/json" id="constructs">([^<]*)<\/script>/.exec(page)![1]!) as { readonly path: string }[];
  expect(constructs.map(({ path }) => path)).toEqual(expect.arrayContaining(graph!.workloads.map(pathOf)));
});
