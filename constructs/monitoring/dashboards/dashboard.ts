/** Queries with their legends. */
export type Queries = Readonly<Record<string, string>>;

export interface Panel {
  readonly title: string;
  /** As Grafana calls it: `percentunit`, `bytes`, `reqps`, `s`, `short`. */
  readonly unit: string;
  readonly queries: Queries;
  /** Only the latest value, in large type. */
  readonly isNumber?: boolean;
}

const [WIDTH, HEIGHT, NUMBER_WIDTH] = [12, 8, 6];

/** A dashboard as Grafana reads it: numbers in a row, four wide, then graphs, two wide. */
export function dashboard(uid: string, title: string, panels: readonly Panel[]): string {
  const numbers = panels.filter(panel => panel.isNumber);
  const below = Math.ceil(numbers.length / 4) * 4;
  const graphs = panels.filter(panel => !panel.isNumber);
  const placed = [
    ...numbers.map((panel, i) => ({ panel, at: { x: (i % 4) * NUMBER_WIDTH, y: Math.floor(i / 4) * 4, w: NUMBER_WIDTH, h: 4 } })),
    ...graphs.map((panel, i) => ({ panel, at: { x: (i % 2) * WIDTH, y: below + Math.floor(i / 2) * HEIGHT, w: WIDTH, h: HEIGHT } })),
  ];
  return `${JSON.stringify({
    uid, title, tags: ['compose8s'], schemaVersion: 39, editable: false, timezone: 'browser', refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    panels: placed.map(({ panel, at }, i) => ({
      id: i + 1, title: panel.title, type: panel.isNumber ? 'stat' : 'timeseries', gridPos: at,
      datasource: { type: 'prometheus', uid: 'prometheus' },
      fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
      targets: Object.entries(panel.queries).map(([legendFormat, expr], n) => ({ refId: String.fromCharCode(65 + n), expr, legendFormat })),
    })),
  }, null, 1)}\n`;
}
