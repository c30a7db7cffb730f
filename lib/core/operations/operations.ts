import type { Action, Certificate, Route, Volume, Workload } from '../../model';

/** The name of the guide, beside the emitted files. */
export const OPERATIONS_FILE = 'OPERATIONS.md';

/** What a target knows of its own operation, for the guide. Texts are Markdown. */
export interface Operations {
  /** What runs this folder, and where the commands are typed. */
  readonly about: string;
  /** Where it runs: `host`, `cluster`. */
  readonly place: string;
  /** What it must have, besides processors, memory and storage. */
  readonly needs: readonly string[];
  /** What to do once, from nothing to running. */
  readonly firstStart: string;
  /** How to see whether all is well. */
  readonly health: string;
  /** Where a way in that is for the host itself is found there: `localhost:5432`; `127.0.0.3:8000-8002`, with a port for each replica. */
  readonly addressOf: (route: Route) => string;
  /** How to open a way in that is not for everybody. */
  readonly open: (route: Route) => string;
  /** How another release takes the place of this one. */
  readonly upgrade: string;
  /** How to go back to the former release. */
  readonly rollBack: string;
  /** Where the values are, and how to change one. */
  readonly secrets: string;
  /** How it comes, and how it is renewed. */
  readonly certificate: (certificate: Certificate) => string;
  /** What to say before backups are made by hand. */
  readonly byHand: string;
  /** Where to look first, and what each sign means. */
  readonly trouble: { readonly look: string; readonly signs: readonly (readonly [sign: string, means: string])[] };
  /** What is pulled. */
  readonly imageOf: (workload: Workload) => string;
  /** Whether it is here: the target may offer by itself what it stands in for. */
  readonly has: (workload: Workload) => boolean;
  /** What it is here, where the targets have more than one kind of thing: `Deployment`. */
  readonly kindOf: (workload: Workload) => string | undefined;
  /** How long one that serves runs: `always`. */
  readonly lasts: (workload: Workload) => string;
  /** How many containers there are at all times: at least, and at most. */
  readonly replicasOf: (workload: Workload) => readonly [least: number, most: number];
  /** Whether it takes storage that is there to stay. */
  readonly keeps: (volume: Volume) => boolean;
  /** The lines of a command. */
  readonly spell: (action: Action) => readonly string[];
}
