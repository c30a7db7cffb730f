import type { Document } from '../../core/target';
import { Text, type Build, type Workload } from '../../model';
import type { Dialect } from './dialect';
import type { ComposeService } from './types';

/** Builds of all services, by themselves: whoever builds needs none of the values that `services.yaml` asks for. */
export const BUILDS = 'images.yaml';

/**
 * The workload whose service carries the build that several share: Compose writes a service's name into the labels of an
 * image, so that two would build different ones. A service in a profile is not built with the others.
 */
export function builderAmong(workloads: readonly Workload[]): Workload {
  return workloads.find(({ spec }) => spec.runs.kind !== 'task') ?? workloads[0]!;
}

/** The `build` of an image, of the folder with its sources. */
export function buildEntry(build: Build, dialect: Dialect) {
  const context = `./images/${build.name}`;
  if (!('file' in build)) return { context, target: build.target };
  const { target, args } = build;
  const values = Object.entries(args).map(([name, value]) => [name, dialect.value(Text.of(value))]);
  // What is undefined is not printed.
  return { context, target, args: values.length > 0 ? Object.fromEntries(values) as Record<string, string> : undefined };
}

/** The services that carry a build, with nothing but that. */
export function buildsOf(documents: readonly Document[]): readonly (readonly [name: string, service: Required<Pick<ComposeService, 'image' | 'build'>>])[] {
  return documents.flatMap(({ kind, name, body }) => {
    const { image, build } = body as ComposeService;
    return kind === 'services' && image !== undefined && build !== undefined ? [[name, { image, build }] as const] : [];
  });
}
