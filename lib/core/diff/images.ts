import { pathOf } from '../../model';
import { builtImages, type BuiltImage } from '../build-context';
import type { Emission } from '../synthesis';
import { inPlace, recreate } from './impact';
import type { Change } from './index';
import type { Resource } from './resources';

/** The changes, with what other sources of an image do to that which runs it. */
export function withRebuilt(emission: Emission, before: Iterable<Resource>, changes: readonly Change[]): Change[] {
  return [...(emission.target.manifests ? unreleased(emission, before, changes) : changes), ...replaced(emission, changes)];
}

function isSourceOf({ name }: BuiltImage, change: Change): boolean {
  return change.kind === 'files' && change.name.startsWith(`images/${name}/`);
}

/** On a host, other sources of an image make containers of it anew, though no entry differs. */
function replaced({ graph, target, rendering }: Emission, changes: readonly Change[]): Change[] {
  return builtImages(graph).filter(built => changes.some(change => isSourceOf(built, change))).flatMap(({ name, workloads }) => workloads.flatMap((workload): Change[] => {
    const [own] = rendering.documents.filter(({ source, kind }) => source === workload && kind === 'services');
    if (!own || changes.some(({ kind, name: changed }) => kind === 'services' && changed === own.name) || graph.stack.targets.length === 0) return [];
    const how = target.buildsInPlace ? 'up --build replaces the container' : 'once it is pushed and pulled, up replaces the container';
    const { impact, why } = recreate(`its image is built of other sources (images/${name}): ${how}`);
    return [{ construct: pathOf(workload), target: target.name, kind: 'services', name: own.name, change: 'changed', impact, why: [why], fields: [] }];
  }));
}

/** In a cluster, pods are made anew for another reference alone: other sources under the former one reach nobody. */
function unreleased({ graph }: Emission, before: Iterable<Resource>, changes: readonly Change[]): Change[] {
  const former = new Set([...before].flatMap(({ body }) => imagesIn(body)));
  const stale = builtImages(graph).filter(({ workloads }) => workloads.some(({ spec: { image: { reference } } }) => [...former].some(image => image === reference || image.endsWith(`/${reference}`))));
  const { impact, why } = inPlace('nothing starts anew: push it under another version');
  return changes.map(change => (stale.some(built => isSourceOf(built, change)) ? { ...change, impact, why: [why] } : change));
}

/** The references of images, wherever they stand in a manifest. */
function imagesIn(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([key, value]: [string, unknown]) => (key === 'image' && typeof value === 'string' ? [value] : imagesIn(value)));
}
