import type { Route } from '../../model';
import type { Graph } from '../../core/graph';
import { variableName } from '../../core/names';

/** The variable that moves a published port: `WEB_HTTP_PORT`, `POSTGRES_PORT`. */
export function portVariable(service: string, portName: string): string {
  return variableName(...(service === portName ? [service] : [service, portName]), 'port');
}

/** The number of a published port, where a variable does not say otherwise: `${WEB_HTTP_PORT:-8080}`. */
export function publishedPort(graph: Graph, { spec: { to, published } }: Route): string {
  return `\${${portVariable(graph.name(to.workload), to.portName)}:-${published}}`;
}
