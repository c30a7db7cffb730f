import type { Graph } from '../../core/graph';

/** Whether nothing in it runs until somebody asks for it. */
export function isByHand({ workloads }: Graph): boolean {
  return workloads.length > 0 && workloads.every(({ spec }) => spec.runs.kind === 'task');
}

/** What makes a project run, behind `docker compose`. Where all is done by hand, there is nothing to start: images are built. */
export function startWords(graph: Graph): string {
  return isByHand(graph) ? '--profile tasks build' : 'up --build --wait';
}
