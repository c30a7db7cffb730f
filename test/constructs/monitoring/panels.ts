import type { OutputFile } from '../../../lib/core/target';

export interface Panel { readonly dashboard: string; readonly title: string; readonly query: string }

/** What Grafana's panels ask, each query by itself. */
export function panelsOf(files: ReadonlyMap<string, OutputFile>): readonly Panel[] {
  return [...files].flatMap(([path, file]) => {
    const [, dashboard] = /-grafana-dashboards\/(\w+)\.json$/.exec(path) ?? [];
    if (dashboard === undefined || !('text' in file)) return [];
    const { panels } = JSON.parse(file.text) as { readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[] };
    return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ dashboard, title, query: expr })));
  });
}
