import type { Graph } from '../../core/graph';
import { shellWord } from '../../core/shell';
import { BUILDS } from './builds';

/** Whether nothing in it runs until somebody asks for it. */
export function isByHand({ workloads }: Graph): boolean {
  return workloads.length > 0 && workloads.every(({ spec }) => spec.runs.kind === 'task');
}

/**
 * What makes a project run, behind `docker compose`, one after the other. Where all is done by hand, there is nothing to
 * start: images are made ready. With a registry, others have built them.
 */
export function startWords(graph: Graph, registry: string | undefined): readonly string[] {
  if (isByHand(graph)) return [`--profile tasks ${registry === undefined ? 'build' : 'pull'}`];
  return registry === undefined ? ['up --build --wait'] : [pullWords(graph), 'up --no-build --wait'];
}

/** What brings all images to the registry, from the project: no values of secrets are asked for. */
export function buildWords(folder: string): string {
  return `--file ${shellWord(`${folder}/${BUILDS}`)} build --push`;
}

/** All images, those of work that is done by hand too: it is in a profile. */
function pullWords({ workloads }: Graph): string {
  return workloads.some(({ spec }) => spec.runs.kind === 'task') ? '--profile tasks pull' : 'pull';
}
