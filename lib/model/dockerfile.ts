/** One instruction of a stage. Commands in exec form throughout, but for `run`. */
export type Instruction =
  /** Shell commands, joined by `&&`. Caches are BuildKit cache mounts: they never enter a layer. */
  | { readonly kind: 'run'; readonly commands: readonly string[]; readonly caches: readonly string[]; readonly ignore: readonly string[] }
  | { readonly kind: 'copy'; readonly sources: readonly string[]; readonly to: string; readonly from: string | undefined; readonly owner: string | undefined }
  | { readonly kind: 'env'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'workdir'; readonly path: string }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'expose'; readonly port: number }
  | { readonly kind: 'entrypoint'; readonly command: readonly string[] }
  | { readonly kind: 'cmd'; readonly command: readonly string[] };

/** A stage of a multi-stage Dockerfile. */
export interface Stage {
  readonly name: string;
  /** An image reference, pinned, or the name of an earlier stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** Factories that read like the file they make. */
export const Instruction = {
  run(commands: string | readonly string[], { caches = [], ignore = [] }: { readonly caches?: readonly string[]; /** hadolint rules that do not hold here. */ readonly ignore?: readonly string[] } = {}): Instruction {
    return { kind: 'run', commands: [commands].flat(), caches, ignore };
  },
  copy(sources: string | readonly string[], to: string, { from, owner }: { readonly from?: string; readonly owner?: string } = {}): Instruction {
    return { kind: 'copy', sources: [sources].flat(), to, from, owner };
  },
  env(values: Readonly<Record<string, string>>): Instruction { return { kind: 'env', values }; },
  workdir(path: string): Instruction { return { kind: 'workdir', path }; },
  user(uid: number, gid = uid): Instruction { return { kind: 'user', uid, gid }; },
  expose(port: number): Instruction { return { kind: 'expose', port }; },
  entrypoint(...command: readonly string[]): Instruction { return { kind: 'entrypoint', command }; },
  cmd(...command: readonly string[]): Instruction { return { kind: 'cmd', command }; },
};
