import type { Area, Point } from './layout';

/** An arrow between the boxes of a picture whose ranks go downwards. */
export interface Way {
  readonly from: Area;
  readonly to: Area;
  /** One in each rank that it passes. */
  readonly lanes: readonly Point[];
}

/** The way of a line from one rank to the next. */
interface Bend { readonly top: Point; readonly bottom: Point }

/** How far lines are apart where they meet a box that is wide enough. */
const PORT_DISTANCE = 14;

/**
 * Lines run straight along their lanes through the whole height of a rank, and bend only between ranks, where nothing
 * stands: so none is behind a box or a label that it has nothing to do with.
 *
 * @param things all boxes and labels; those of a rank have their middles at one height.
 * @returns for each way, in their order, where its line begins, then three points of a Bézier curve for each part of it.
 */
export function lines(ways: readonly Way[], things: readonly Area[]): Point[][] {
  const reach = (y: number) => Math.max(0, ...things.filter(thing => Math.abs(thing.y - y) < 1).map(({ height }) => height / 2));
  const downwards = ways.map(way => isUpwards(way) ? { from: way.to, to: way.from, lanes: [...way.lanes].reverse() } : way);
  const ports = portsOf(downwards);
  const bends = downwards.map(({ from, to, lanes }, i) => {
    // In a rank without boxes and labels, a line need not keep to its lane.
    const stays = [{ x: ports[i]!.from, y: from.y }, ...lanes.filter(({ y }) => reach(y) > 0), { x: ports[i]!.to, y: to.y }];
    return stays.slice(1).map((below, k): Bend => {
      const above = stays[k]!;
      return { top: { x: above.x, y: above.y + reach(above.y) }, bottom: { x: below.x, y: below.y - reach(below.y) } };
    });
  });
  const tracks = tracksOf(bends.flat());
  return downwards.map(({ from, to }, i) => {
    const isTurned = isUpwards(ways[i]!);
    // An arrow begins under its box, which may have round ends, and ends at its face.
    const start = { x: ports[i]!.from, y: isTurned ? from.y + from.height / 2 : from.y };
    const end = { x: ports[i]!.to, y: isTurned ? to.y : to.y - to.height / 2 };
    const parts = bends[i]!.flatMap((bend, k) => [...straight(bends[i]![k - 1]?.bottom ?? start, bend.top), ...curves(bend, tracks.get(bend)!)]);
    const points = [start, ...parts, ...straight(bends[i]!.at(-1)!.bottom, end)];
    return isTurned ? points.reverse() : points;
  });
}

function isUpwards({ from, to }: Way): boolean {
  return to.y < from.y;
}

function straight(from: Point, to: Point): Point[] {
  if (from.x === to.x && from.y === to.y) return [];
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  return [middle, middle, to];
}

/** Down to its track, along it, and down again. */
function curves({ top, bottom }: Bend, track: number): Point[] {
  if (top.x === bottom.x) return straight(top, bottom);
  const [leaves, joins] = [{ x: top.x, y: track }, { x: bottom.x, y: track }];
  return [leaves, leaves, { x: (top.x + bottom.x) / 2, y: track }, joins, joins, bottom];
}

/** At which height each goes aside: no two at the same one, where they would lie over each other. */
function tracksOf(bends: readonly Bend[]): Map<Bend, number> {
  const tracks = new Map<Bend, number>();
  for (const gap of grouped(bends, ({ top }) => `${Math.round(top.y)}`)) {
    const levels = new Map<Bend, number>();
    for (const bend of gap.filter(({ top, bottom }) => top.x !== bottom.x).sort(byCrossings)) {
      levels.set(bend, 1 + Math.max(0, ...[...levels].filter(([other]) => overlap(bend, other)).map(([, level]) => level)));
    }
    const most = Math.max(0, ...levels.values());
    for (const bend of gap) tracks.set(bend, bend.top.y + (bend.bottom.y - bend.top.y) * (levels.get(bend) ?? 0) / (most + 1));
  }
  return tracks;
}

/** Of those that go to the same side, the first on its way goes aside first, so that the others need not cross it. */
function byCrossings(a: Bend, b: Bend): number {
  const [side, other] = [a, b].map(({ top, bottom }) => Math.sign(bottom.x - top.x));
  return side === other ? side! * (b.top.x - a.top.x) : other! - side!;
}

function overlap(a: Bend, b: Bend): boolean {
  const left = ({ top, bottom }: Bend) => Math.min(top.x, bottom.x);
  const right = ({ top, bottom }: Bend) => Math.max(top.x, bottom.x);
  return left(a) <= right(b) && left(b) <= right(a);
}

/** Where the lines meet their boxes: in the order of their lanes, straight below or above them where possible, apart from each other. */
function portsOf(ways: readonly Way[]): { readonly from: number; readonly to: number }[] {
  const ports = ways.map(({ from, to }) => ({ from: from.x, to: to.x }));
  const ends = ways.flatMap(({ from, to, lanes }, i) => [
    { port: ports[i]!, end: 'from' as const, area: from, lane: lanes[0]?.x ?? to.x },
    { port: ports[i]!, end: 'to' as const, area: to, lane: lanes.at(-1)?.x ?? from.x },
  ]);
  for (const face of grouped(ends, ({ end, area }) => `${end} ${area.x} ${area.y}`)) {
    face.sort((a, b) => a.lane - b.lane);
    const xs = spread(face.map(({ lane }) => lane), face[0]!.area);
    for (const [i, { port, end }] of face.entries()) port[end] = xs[i]!;
  }
  return ports;
}

/** In the middle half of a face: its corners may be round. */
function spread(lanes: readonly number[], { x, width }: Area): number[] {
  const distance = Math.min(PORT_DISTANCE, width / 2 / lanes.length);
  const xs: number[] = [];
  for (const lane of lanes) xs.push(Math.max(lane, xs.length > 0 ? xs.at(-1)! + distance : x - width / 4));
  for (let i = xs.length - 1, most = x + width / 4; i >= 0; i--) {
    xs[i] = Math.min(xs[i]!, most);
    most = xs[i]! - distance;
  }
  return xs;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...groups.get(keyOf(item)) ?? [], item]);
  return [...groups.values()];
}
