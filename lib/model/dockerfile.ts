/** One instruction of a stage. Commands in exec form throughout, but for `run`. */
export type Instruction =
  /** Shell commands, joined by `&&`. Caches and secrets are BuildKit's mounts: they never enter a layer. */
  | { readonly kind: 'run'; readonly commands: readonly string[]; readonly caches: readonly string[]; readonly secrets: Readonly<Record<string, string>>; readonly ignore: readonly string[] }
  | { readonly kind: 'copy'; readonly sources: readonly string[]; readonly to: string; readonly from: string | undefined; readonly owner: string | undefined }
  | { readonly kind: 'env'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'workdir'; readonly path: string }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'expose'; readonly port: number }
  | { readonly kind: 'entrypoint'; readonly command: readonly string[] }
  | { readonly kind: 'cmd'; readonly command: readonly string[] };

/** A stage of a multi-stage Dockerfile. */
export interface Stage {
  /** In lower case, for `COPY --from` and `FROM` of others. */
  readonly name: string;
  /** An image reference, pinned, or the name of an earlier stage. */
  readonly from: string;
  /** In the order of the file. */
  readonly instructions: readonly Instruction[];
}

/** Factories that read like the file they make. */
export const Instruction = {
  /**
   * `RUN`: each command on a line, all joined by `&&`. `caches`: folders that BuildKit keeps between builds. Default: none.
   * `secrets`: where the secrets of the build are files while the commands run, by their ids: `{ npmrc: '/root/.npmrc' }`. Only root
   * can read them. Default: none. `ignore`: hadolint's rules that do not hold here. Default: none.
   */
  run(commands: string | readonly string[], { caches = [], secrets = {}, ignore = [] }: { readonly caches?: readonly string[]; readonly secrets?: Readonly<Record<string, string>>; readonly ignore?: readonly string[] } = {}): Instruction {
    return { kind: 'run', commands: [commands].flat(), caches, secrets, ignore };
  },
  /** `COPY`. `from`: an earlier stage. Default: the build context. `owner`: for `--chown`. Default: root. */
  copy(sources: string | readonly string[], to: string, { from, owner }: { readonly from?: string; readonly owner?: string } = {}): Instruction {
    return { kind: 'copy', sources: [sources].flat(), to, from, owner };
  },
  /** `ENV`, a line for each variable. */
  env(values: Readonly<Record<string, string>>): Instruction { return { kind: 'env', values }; },
  /** `WORKDIR`: an absolute path. */
  workdir(path: string): Instruction { return { kind: 'workdir', path }; },
  /** `USER`, by numbers. `gid`: its group. Default: the number of the user. */
  user(uid: number, gid = uid): Instruction { return { kind: 'user', uid, gid }; },
  /** `EXPOSE`. It opens nothing by itself. */
  expose(port: number): Instruction { return { kind: 'expose', port }; },
  /** `ENTRYPOINT`, in exec form. */
  entrypoint(...command: readonly string[]): Instruction { return { kind: 'entrypoint', command }; },
  /** `CMD`, in exec form. */
  cmd(...command: readonly string[]): Instruction { return { kind: 'cmd', command }; },
};
