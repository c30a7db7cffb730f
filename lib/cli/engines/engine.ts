import type { Graph } from '../../core/graph';
import type { HeldSecrets, SecretsFolder } from '../../core/secrets';
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
  /** The names of secrets that stay as they are where it runs. */
  readonly kept: ReadonlySet<string>;
}

/** What runs the output of a target. */
export interface Engine {
  /** Whether `up` builds images, and so needs what builds read. */
  readonly builds: boolean;
  /** Says where it is, before anything is changed there: it may be another than the one that was meant. Default: it is this machine. */
  sayWhere?(): void;
  /** What it holds of secrets, names and keys alone. Default: nothing; it reads those of the folder. */
  held?(stack: Stack): HeldSecrets;
  /** Answers where to look, for people. */
  up(release: Release): Promise<readonly string[]>;
  /** Volumes, and the data in them, stay unless they are asked for. */
  down(stack: Stack, options: { readonly volumes: boolean }): Promise<void>;
}
