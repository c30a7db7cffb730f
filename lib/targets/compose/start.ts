import { BUILDS_FILE } from '../../core/build-context';
import type { Graph } from '../../core/graph';
import { shellWord } from '../../core/shell';
import { builderAmong } from './builds';
import { buildersOf, wrappersOf } from './wrappers';

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
  if (registry !== undefined) return [pullWords(graph), 'up --no-build --wait'];
  // `up` builds nothing that is in a profile, and `run` only what carries a build of its own.
  return buildsForTasks(graph) ? ['--profile tasks build', 'up --wait'] : ['up --build --wait'];
}

/** Whether there is an image that is built for nothing but work that is done by hand. */
function buildsForTasks(graph: Graph): boolean {
  const builders = [...buildersOf(graph).values()].filter(({ spec }) => spec.image.build);
  const wrapping = [...wrappersOf(graph).values()].map(({ workloads }) => builderAmong(workloads));
  return [...builders, ...wrapping].some(({ spec }) => spec.runs.kind === 'task');
}

/** What brings all images to the registry, from the project: no values of secrets are asked for. */
export function buildWords(folder: string): string {
  return `--file ${shellWord(`${folder}/${BUILDS_FILE}`)} build --push`;
}

/** All images, those of work that is done by hand too: it is in a profile. */
function pullWords({ workloads }: Graph): string {
  return workloads.some(({ spec }) => spec.runs.kind === 'task') ? '--profile tasks pull' : 'pull';
}
