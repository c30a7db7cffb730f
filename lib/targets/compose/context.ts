import type { Findings, OutputFile } from '../../core/target';
import type { Graph } from '../../core/graph';
import type { Workload } from '../../model';
import type { Dialect } from './dialect';
import type { Network } from './networks';
import type { Wrapper } from './wrappers';

/** What the handlers of one rendering share. */
export interface Context {
  readonly graph: Graph;
  readonly dialect: Dialect;
  readonly findings: Findings;
  /** Where ports come in that only the host itself may use. */
  readonly loopback: string;
  /** Where images go that are built here, and come from on the host. Default: they are built on the host. */
  readonly registry: string | undefined;
  readonly networksByMember: ReadonlyMap<Workload, readonly Network[]>;
  /** The keys of secrets that some service mounts, or some build reads: `npm/npmrc`. */
  readonly secretFiles: ReadonlySet<string>;
  /** Files beside `compose.yaml`, filled while rendering. */
  readonly files: Map<string, OutputFile>;
  /** The workload whose service carries the build of an image. */
  readonly builders: ReadonlyMap<string, Workload>;
  /** Images made here on top of those that lack something, by what they are made of. */
  readonly wrappers: ReadonlyMap<string, Wrapper>;
  /** Lines for the Dockerfile of a built image, by its name: the stages of its scheduled workloads. */
  readonly stages: Map<string, readonly string[]>;
}

/** Where the project's folder is, seen from the emitted one; for mounted sources only. */
export const PROJECT_FOLDER = '${PROJECT_DIR:-../../../..}';

/** Where the secrets are, seen from the emitted folder. */
export function secretsFolder(graph: Graph): string {
  return `\${SECRETS_DIR:-${defaultSecretsFolder(graph)}}`;
}

export function defaultSecretsFolder(graph: Graph): string {
  return `../../../../secrets/${graph.stack.node.path}`;
}
