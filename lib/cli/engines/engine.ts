import type { Graph } from '../../core/graph';
import type { SecretsFolder } from '../../core/secrets';
import type { Stack } from '../../core/stack';
import type { Document, Target } from '../../core/target';

/** A stack that was synthesized, with its secrets made. */
export interface Release {
  readonly graph: Graph;
  readonly target: Target;
  readonly documents: readonly Document[];
  /** Where the files are. */
  readonly folder: string;
  readonly secrets: SecretsFolder;
}

/** What runs the output of a target. */
export interface Engine {
  /** Answers where to look, for people. */
  up(release: Release): Promise<readonly string[]>;
  /** Volumes, and the data in them, stay unless they are asked for. */
  down(stack: Stack, options: { readonly volumes: boolean }): Promise<void>;
}
