import type { Construct, IConstruct } from 'constructs';
import type { Fault, Problem } from '../model';
import type { Graph } from './graph';
import type { Operations } from './operations';

/** One emitted object: a Compose service, a Kubernetes Deployment. It knows the construct that made it. */
export interface Document {
  readonly source: Construct;
  /** The file that it goes to. */
  readonly path: string;
  /** `services`, `Deployment`: with the name it is unique in the rendering, but for `id`. */
  readonly kind: string;
  readonly name: string;
  readonly body: object;
}

/** A file to write: its text, or another file to copy. */
export type OutputFile =
  | { readonly text: string; readonly executable?: boolean }
  | { readonly copyOf: string; readonly executable?: boolean };

/** What a target does not carry over exactly. */
export interface Note {
  readonly at: string;
  /** `runs.replicas`, `probes.alive` … */
  readonly field: string;
  readonly target: string;
  /** `approximated`: another way that serves the purpose. `left-out`: not there. `loosened`: a safeguard that was given up on purpose. */
  readonly outcome: 'approximated' | 'left-out' | 'loosened';
  readonly what: string;
  /** `default`: nobody asked for it, and it holds of every system on the target. `accepted`: the stack accepts it by name. Any other is an error under `--strict`. */
  readonly status?: 'default' | 'accepted';
}

/** What a target makes of a graph, before it is text. */
export interface Rendering {
  readonly documents: readonly Document[];
  /** Files that are not documents: configs, build contexts, templates. Paths are relative to the target's folder. */
  readonly files: ReadonlyMap<string, OutputFile>;
  readonly notes: readonly Note[];
  readonly problems: readonly Problem[];
}

/** A stack as a target renders it. */
export interface Rendered {
  readonly graph: Graph;
  readonly target: Target;
  readonly rendering: Rendering;
}

/** Who may open a connection to whom, as the emitted documents allow it. Workloads by their names on the target. */
export interface Connection {
  readonly from: string;
  readonly to: string;
  /** A port that `to` declares: `5432`, `53/udp`. */
  readonly port: string;
}

/** In a {@link Connection}, whoever is outside of the stack, on either end. */
export const INTERNET = 'internet';

/** A format that systems are emitted in. A new one is a folder of its own; no construct knows it. */
export interface Target {
  /** Also the name of its folder: `compose`. */
  readonly name: string;
  /** Pure: the same graph gives the same rendering. */
  render(graph: Graph): Rendering;
  /** Pure: the text of each file that the documents make up. */
  print(documents: readonly Document[], graph: Graph): ReadonlyMap<string, OutputFile>;
  /** What to run next, for people. `folder` is where the files are. */
  next(folder: string, graph: Graph): readonly string[];
  /** Problems between stacks that this target would put side by side. */
  conflicts?(neighbours: readonly Rendered[]): readonly Problem[];
  /** The documents as a cluster takes them, where the target makes such. */
  manifests?(graph: Graph): readonly object[];
  /** How people operate what is emitted, for the guide that is written beside it. Default: no guide. */
  operations?(graph: Graph, documents: readonly Document[]): Operations;
  /** Who can reach whom by these documents alone: a model of the target's networks, for tests and diagrams. */
  reach?(documents: readonly Document[]): readonly Connection[];
  /**
   * The same between workloads and the {@link INTERNET}: from there by the ports that are published, to there by those that
   * may be called. A port can be a range, `8000-8010`, and `*` is every port.
   */
  outside?(documents: readonly Document[]): readonly Connection[];
}

/** Collects what handlers find while they render. */
export class Findings {
  readonly notes: Note[] = [];
  readonly problems: Problem[] = [];

  constructor(private readonly target: string, private readonly pathOf: (construct: IConstruct) => string) {}

  /** @param status `default` for what nobody asked for. */
  note(construct: IConstruct, field: string, outcome: Note['outcome'], what: string, status?: 'default'): void {
    this.notes.push({ at: this.pathOf(construct), field, target: this.target, outcome, what, ...(status ? { status } : {}) });
  }

  problem(construct: IConstruct, fault: Fault): void {
    this.problems.push({ ...fault, at: this.pathOf(construct) });
  }
}
