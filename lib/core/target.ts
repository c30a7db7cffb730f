import type { Construct, IConstruct } from 'constructs';
import type { Fault, Problem } from '../model';
import type { Graph } from './graph';
import type { Operations } from './operations';

/** One emitted object: a Compose service, a Kubernetes Deployment. It knows the construct that made it. */
export interface Document {
  /** The construct that it is of. */
  readonly source: Construct;
  /** The file that it goes to. */
  readonly path: string;
  /** `services`, `Deployment`: with the name it is unique in the rendering, but for `id`. */
  readonly kind: string;
  /** As it stands in the file. */
  readonly name: string;
  /** Plain data, as it stands in the file. */
  readonly body: object;
}

/** A file to write: its text, or another file to copy. `executable`: whether it is a program. Default: false. */
export type OutputFile =
  | { readonly text: string; readonly executable?: boolean }
  | { readonly copyOf: string; readonly executable?: boolean };

/** What a target does not carry over exactly. */
export interface Note {
  /** The construct's path: `shop/prod/api`. */
  readonly at: string;
  /** `runs.replicas`, `probes.alive` … */
  readonly field: string;
  /** The name of the target. */
  readonly target: string;
  /** `approximated`: another way that serves the purpose. `left-out`: not there. `loosened`: a safeguard that was given up on purpose. */
  readonly outcome: 'approximated' | 'left-out' | 'loosened';
  /** What is so instead, for people. */
  readonly what: string;
  /**
   * `default`: nobody asked for it, and it holds of every system on the target. `accepted`: the stack accepts it by name.
   * Default: neither, which is an error under `--strict`, but for what was loosened.
   */
  readonly status?: 'default' | 'accepted';
}

/** What a target makes of a graph, before it is text. */
export interface Rendering {
  /** In the order of the program. */
  readonly documents: readonly Document[];
  /** Files that are not documents: configs, build contexts, templates. Paths are relative to the target's folder. */
  readonly files: ReadonlyMap<string, OutputFile>;
  /** What is not carried over exactly. */
  readonly notes: readonly Note[];
  /** What the target cannot express at all, so that nothing is written. */
  readonly problems: readonly Problem[];
}

/** A stack as a target renders it. */
export interface Rendered {
  /** The stack. */
  readonly graph: Graph;
  /** Who rendered it. */
  readonly target: Target;
  /** What came of it. */
  readonly rendering: Rendering;
}

/** Who may open a connection to whom, as the emitted documents allow it. Workloads by their names on the target. */
export interface Connection {
  /** Who opens it. */
  readonly from: string;
  /** Who listens. */
  readonly to: string;
  /** A port that `to` declares: `5432`, `53/udp`. */
  readonly port: string;
}

/** An image that runs, as the emitted documents name it. */
export interface RunningImage {
  /** Who runs it, by the name on the target: a workload, or an object of a team's own. */
  readonly by: string;
  /** With registry and tag: `registry.example/shop:1.0.0`. */
  readonly image: string;
  /** Whether the stack builds it, from sources or on top of another image. */
  readonly built: boolean;
}

/** In a {@link Connection}, whoever is outside of the stack, on either end. */
export const INTERNET = 'internet';

/** A format that systems are emitted in. A new one is a folder of its own; no construct knows it. */
export interface Target {
  /** Also the name of its folder: `compose`. */
  readonly name: string;
  /** Whether images are built where they run, so that no registry has what runs there. Default: they are pulled. */
  readonly buildsInPlace?: boolean;
  /** Pure: the same graph gives the same rendering. */
  render(graph: Graph): Rendering;
  /** Pure: the text of each file that the documents make up. */
  print(documents: readonly Document[], graph: Graph): ReadonlyMap<string, OutputFile>;
  /** What to run next, for people. `folder` is where the files are. */
  next(folder: string, graph: Graph): readonly string[];
  /** Problems between stacks that this target would put side by side. Default: it finds none. */
  conflicts?(neighbours: readonly Rendered[]): readonly Problem[];
  /** The documents as a cluster takes them, where the target makes such. Default: it makes none. */
  manifests?(graph: Graph): readonly object[];
  /** How people operate what is emitted, for the guide that is written beside it. Default: no guide. */
  operations?(graph: Graph, documents: readonly Document[]): Operations;
  /** Who can reach whom by these documents alone: a model of the target's networks, for tests and diagrams. Default: it does not say. */
  reach?(documents: readonly Document[]): readonly Connection[];
  /**
   * The same between workloads and the {@link INTERNET}: from there by the ports that are published, to there by those that
   * may be called. A port can be a range, `8000-8010`, and `*` is every port. Default: it does not say.
   */
  outside?(documents: readonly Document[]): readonly Connection[];
  /** The images that run by these documents, for lists and scanners. Default: those that the workloads name. */
  images?(documents: readonly Document[], graph: Graph): readonly RunningImage[];
}

/** Collects what handlers find while they render. */
export class Findings {
  /** In the order in which they were found. */
  readonly notes: Note[] = [];
  /** In the order in which they were found. */
  readonly problems: Problem[] = [];

  constructor(private readonly target: string, private readonly pathOf: (construct: IConstruct) => string) {}

  /** Adds what is not carried over exactly. `status`: `default` for what nobody asked for. Default: somebody did. */
  note(construct: IConstruct, field: string, outcome: Note['outcome'], what: string, status?: 'default'): void {
    this.notes.push({ at: this.pathOf(construct), field, target: this.target, outcome, what, ...(status ? { status } : {}) });
  }

  /** Adds what is wrong at a construct. */
  problem(construct: IConstruct, fault: Fault): void {
    this.problems.push({ ...fault, at: this.pathOf(construct) });
  }
}
