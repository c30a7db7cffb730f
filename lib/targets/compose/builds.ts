import type { Graph } from '../../core/graph';
import type { Document, RunningImage } from '../../core/target';
import { Text, type Build, type Workload } from '../../model';
import { Dialect } from './dialect';
import { secretName } from './storage';
import type { ComposeService } from './types';

/**
 * The workload whose service carries the build that several share: Compose writes a service's name into the labels of an
 * image, so that two would build different ones. A service in a profile is not built with the others.
 */
export function builderAmong(workloads: readonly Workload[]): Workload {
  return workloads.find(({ spec }) => spec.runs.kind !== 'task') ?? workloads[0]!;
}

/** The `build` of an image, of the folder with its sources. */
export function buildEntry(build: Build, graph: Graph) {
  const args = 'file' in build ? Object.entries(build.args) : [];
  const dialect = new Dialect(graph);
  // What is undefined is not printed.
  return {
    context: `./images/${build.name}`, target: build.target,
    args: args.length > 0 ? Object.fromEntries(args.map(([name, value]) => [name, dialect.value(Text.of(value))])) : undefined,
    secrets: buildSecrets(build, graph),
  };
}

/** What a build reads. `target` is the id by which the Dockerfile names it. */
export function buildSecrets({ secrets }: Build, graph: Graph) {
  const entries = Object.entries(secrets).map(([id, { secret, name }]) => ({ source: secretName(graph.name(secret), name), target: id }));
  return entries.length > 0 ? entries : undefined;
}

/** The names of the secrets that these builds read, whatever patches have made of them. */
export function secretsRead(builds: readonly (readonly [name: string, service: Pick<ComposeService, 'build'>])[]): ReadonlySet<string> {
  return new Set(builds.flatMap(([, { build }]) => (typeof build === 'object' ? build.secrets ?? [] : []).map(secret => (typeof secret === 'string' ? secret : secret.source ?? ''))));
}

/** The services that carry a build, with nothing but that. */
export function buildsOf(documents: readonly Document[]): readonly (readonly [name: string, service: Required<Pick<ComposeService, 'image' | 'build'>>])[] {
  return documents.flatMap(({ kind, name, body }) => {
    const { image, build } = body as ComposeService;
    return kind === 'services' && image !== undefined && build !== undefined ? [[name, { image, build }] as const] : [];
  });
}

/** What the services run. Of several that share an image, one builds it. */
export function imagesOf(documents: readonly Document[]): readonly RunningImage[] {
  const built = new Set(buildsOf(documents).map(([, { image }]) => image));
  return documents.filter(({ kind }) => kind === 'services').flatMap(({ name, body }) => {
    const { image } = body as ComposeService;
    return image === undefined ? [] : [{ by: name, image, built: built.has(image) }];
  });
}
