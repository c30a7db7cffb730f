import type { Arrow, Box, Diagram } from './diagram';
import { lines } from './lines';

export interface Point { readonly x: number; readonly y: number }
/** Around its middle. */
export interface Area extends Point { readonly width: number; readonly height: number }

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly { readonly box: Box; readonly area: Area }[];
  /** `points`: where the line begins, then three of a Bézier curve for each of its parts. */
  readonly arrows: readonly { readonly arrow: Arrow; readonly points: readonly Point[]; readonly label: Point }[];
  readonly tiers: readonly { readonly name: string; readonly area: Area }[];
}

/** The part of dagre that is used here. Its own types are for ES modules only. */
interface Dagre {
  readonly graphlib: { readonly Graph: new (options: { readonly compound: boolean; readonly multigraph: boolean }) => DagreGraph };
  layout(graph: DagreGraph): void;
}
interface DagreGraph {
  setGraph(label: object): void;
  graph(): { readonly width: number; readonly height: number };
  setNode(id: string, label: object): void;
  setParent(id: string, parent: string): void;
  setEdge(from: string, to: string, label: object, name: string): void;
  node(id: string): Area;
  edge(edge: { readonly v: string; readonly w: string; readonly name: string }): Area & { readonly points: readonly Point[] };
}

const TITLE_CHARACTER = 8.2;
const DETAIL_CHARACTER = 6.4;
export const LABEL_CHARACTER = 6.3;

/** How much an arrow wants to be short and straight: what is called matters most. */
const WEIGHT: { readonly [K in Arrow['kind']]: number } = { route: 6, call: 4, mount: 2, wait: 1 };

/** The shape of a screen, which pictures should be near to. */
const SCREEN = 16 / 10;

/** Where everything goes: layers from the outside to where data is kept, downwards or to the right, whichever has the better shape; tiers kept together. */
export function layOut(diagram: Diagram): Layout {
  const [downwards, rightwards] = (['TB', 'LR'] as const).map(direction => layOutIn(direction, diagram));
  const distortion = ({ width, height }: Layout) => Math.abs(Math.log(width / height / SCREEN));
  return distortion(rightwards!) < distortion(downwards!) ? rightwards! : downwards!;
}

function layOutIn(rankdir: 'TB' | 'LR', { boxes, arrows, tiers }: Diagram): Layout {
  // Loaded only here: no other command draws.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const dagre = require('@dagrejs/dagre') as Dagre;
  const graph = new dagre.graphlib.Graph({ compound: true, multigraph: true });
  // Between ranks, lines go aside, each at a height of its own: more of them need more room.
  graph.setGraph({ rankdir, nodesep: rankdir === 'TB' ? 36 : 24, ranksep: 52 + arrows.length, edgesep: 18, marginx: 24, marginy: 24 });
  for (const [i] of tiers.entries()) graph.setNode(`tier_${i}`, {});
  for (const { id, title, detail, tier } of boxes) {
    graph.setNode(id, { width: Math.max(96, title.length * TITLE_CHARACTER + 32, detail.length * DETAIL_CHARACTER + 32), height: detail ? 52 : 40 });
    if (tier !== undefined) graph.setParent(id, `tier_${tiers.indexOf(tier)}`);
  }
  for (const [i, { kind, from, to, label }] of arrows.entries()) {
    graph.setEdge(from, to, { width: label ? label.length * LABEL_CHARACTER + 10 : 0, height: label ? 18 : 0, labelpos: 'c', weight: WEIGHT[kind] }, `${i}`);
  }
  dagre.layout(graph);
  const { width, height } = graph.graph();
  const edges = arrows.map(({ from, to }, i) => graph.edge({ v: from, w: to, name: `${i}` }));
  const labels = edges.filter((_, i) => arrows[i]!.label);
  const turned = TURNED[rankdir];
  const ways = arrows.map(({ from, to }, i) => ({
    from: turned.area(graph.node(from)), to: turned.area(graph.node(to)),
    // The first and the last of them are on the boxes.
    lanes: edges[i]!.points.slice(1, -1).map(turned.point),
  }));
  const points = lines(ways, [...boxes.map(({ id }) => graph.node(id)), ...labels].map(turned.area));
  return {
    width: Math.ceil(width), height: Math.ceil(height),
    boxes: boxes.map(box => ({ box, area: graph.node(box.id) })),
    arrows: arrows.map((arrow, i) => ({ arrow, points: points[i]!.map(turned.point), label: edges[i]! })),
    tiers: tiers.map((name, i) => ({ name, area: graph.node(`tier_${i}`) })),
  };
}

/** As if the ranks went downwards; and back, by the same. */
const TURNED = {
  TB: { point: (point: Point): Point => point, area: (area: Area): Area => area },
  LR: {
    point: ({ x, y }: Point): Point => ({ x: y, y: x }),
    area: ({ x, y, width, height }: Area): Area => ({ x: y, y: x, width: height, height: width }),
  },
} as const;
