import type { IConstruct } from 'constructs';
import type { Workload } from './workload';

/** What a person does by hand. Each target spells it in commands of its own. A string stands for a workload's name, where that is known only when it happens: `SERVICE`. */
export type Action =
  /**
   * Once, apart from its schedule. `args` replace its own. Default: its own. `as` names the run, where a target needs a name for it.
   * `input`: a file of the person's, which it reads as its standard input. Default: none.
   */
  | { readonly do: 'run'; readonly workload: Workload; readonly args?: readonly string[]; readonly as: string; readonly input?: string }
  /** Waits for the end of such a run, and shows what it says; nothing where a run is waited for anyway. */
  | { readonly do: 'follow'; readonly run: string }
  /** A program inside a container that runs, with a terminal. */
  | { readonly do: 'execute'; readonly in: Workload | string; readonly command: readonly string[] }
  /** What it wrote last; `ended`: before it ended the last time. Default: since then. */
  | { readonly do: 'logs'; readonly of: Workload | string; readonly ended?: boolean }
  | { readonly do: 'status'; readonly of: Workload | string }
  /** Starts it where it has ended. */
  | { readonly do: 'start'; readonly of: Workload | string }
  /** Ends it and starts it anew, though it runs. */
  | { readonly do: 'restart'; readonly of: Workload | string }
  /** The work of a release once more, though it has been done. */
  | { readonly do: 'redo'; readonly of: Workload | string }
  /**
   * All workloads that call it and run by themselves, all the time or by a schedule, so that nobody changes its data; and back again,
   * after the work of the release that they wait for: the data may be older than it is. `except`: those that go on. Default: none.
   */
  | { readonly do: 'stop-callers' | 'start-callers'; readonly of: Workload; readonly except?: readonly Workload[] }
  /** Starts it anew on empty volumes: all that is in its own is lost. */
  | { readonly do: 'empty'; readonly of: Workload }
  /** What takes the room on the disks. */
  | { readonly do: 'disk' };

/** A paragraph of Markdown, with actions as commands in it. */
export interface Advice {
  /** Text and commands, in their order. */
  readonly parts: readonly (string | Action)[];
}

/** Commands to type one after the other, each with what it is for. */
export interface Steps {
  /** In their order. `why` stands beside the command. Default: nothing does. */
  readonly steps: readonly { readonly action: Action; readonly why?: string }[];
}

/** What the person on call is told about a construct, in the guide that stands beside the emitted files. */
export interface Runbook {
  /** The section that it belongs to. An alert's is found by its title. */
  readonly purpose: 'look' | 'backup' | 'certificate' | 'alert' | 'start';
  /** The heading. That of an alert is its name. */
  readonly title: string;
  /** Told only where the target has this workload. Default: told everywhere. */
  readonly of?: Workload;
  /** In its order. */
  readonly content: readonly (Advice | Steps)[];
}

/** ``advice`Look at ${{ do: 'logs', of: 'SERVICE' }}.` `` */
export function advice(strings: readonly string[], ...actions: readonly (Action | string)[]): Advice {
  return { parts: strings.flatMap((string, i) => [string, ...(i < actions.length ? [actions[i]!] : [])]) };
}

/** ``steps([{ do: 'logs', of: db }, 'what it says'])`` */
export function steps(...list: readonly (readonly [action: Action, why?: string])[]): Steps {
  return { steps: list.map(([action, why]) => ({ action, why })) };
}

const runbooks = new WeakMap<IConstruct, (() => readonly Runbook[])[]>();

/** Adds to the guide for the person on call. Asked for when the guide is written, so that it tells of the construct as it is then. */
export function addRunbook(construct: IConstruct, write: () => readonly Runbook[]): void {
  runbooks.set(construct, [...runbooks.get(construct) ?? [], write]);
}

/** All runbooks below `root`, in the order of the tree. */
export function runbooksBelow(root: IConstruct): Runbook[] {
  return root.node.findAll().flatMap(construct => (runbooks.get(construct) ?? []).flatMap(write => write()));
}
