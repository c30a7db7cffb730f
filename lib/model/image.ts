import type { Stage } from './dockerfile';
import type { Fault } from './problem';
import type { SecretKey } from './secret';

/** A program inside the image that can run a health check. `shell` is any POSIX `/bin/sh`. */
export type Tool = 'curl' | 'wget' | 'python' | 'node' | 'nc' | 'bash' | 'shell';

/** A numeric user, as `runAsNonRoot` cannot check a name. */
export interface User {
  /** The number of the user; 0 is refused. */
  readonly uid: number;
  /** The number of the group. */
  readonly gid: number;
}

/** What is known of an image beyond its name. */
export interface ImageFacts {
  /** The user that its program is made to run as. Default: unknown; workloads must name one. */
  readonly user?: User;
  /** What it has for health checks from inside, which Compose needs. Default: nothing is known of. */
  readonly tools?: readonly Tool[];
  /** Folders in it that belong to the user: a volume that is mounted there belongs to the user too. Default: none. */
  readonly folders?: readonly string[];
}

/** An image to build from sources, whoever writes its Dockerfile. */
export interface SourcesProps extends ImageFacts {
  /** The repository's name: `cedrus`. */
  readonly name: string;
  /** The tag: a real version, never `latest`. */
  readonly version: string;
  /** Registry and folder to push to: `registry.example/team`. Clusters pull from there. Default: that of the `Kubernetes` target, if it names one. */
  readonly registry?: string;
  /** The folder with the sources, as an absolute path. It is copied beside the emitted files, so that they stand alone. */
  readonly context: string;
  /** The stage to stop at. Default: the last. */
  readonly target?: string;
  /**
   * Patterns of files that stay out of the build, in the syntax of `.dockerignore`, besides those of a `.dockerignore` in the sources.
   * Default: none, but for what is never
   * built: version control, `.env` files, keys.
   */
  readonly ignore?: readonly string[];
  /**
   * What the build reads and the image must not have, such as the token of a registry of packages: by ids, as in
   * `RUN --mount=type=secret,id=npmrc`. No container gets it, unless a workload refers to it too. Another value alone builds
   * nothing anew. Default: none. Compose: `secrets` of the `build`, from the folder of secrets. Kubernetes: `--secret` of the
   * printed commands, and no Secret.
   */
  readonly secrets?: Readonly<Record<string, SecretKey>>;
}

/** An image to build from sources: its name and tag, and the stages of its Dockerfile. */
export interface BuildProps extends SourcesProps {
  /** In the order of the file. */
  readonly stages: readonly Stage[];
  /** What is wrong with what the stages were made from; reported by every workload that runs the image. Default: nothing. */
  readonly faults?: readonly Fault[];
  /** OCI annotations: `title` stands for `org.opencontainers.image.title`. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** An image to build from sources by a Dockerfile that is among them, and stays as it is. */
export interface DockerfileProps extends SourcesProps {
  /**
   * Who its program is made to run as, by numbers: `docker run --rm --entrypoint id IMAGE` prints them. Workloads run as that
   * user, whatever the file says.
   */
  readonly user: User;
  /**
   * The Dockerfile, relative to the context. Default: `Dockerfile`. What stays out of the build is said by `<file>.dockerignore`
   * beside it, if there is one, in place of `.dockerignore`.
   */
  readonly file?: string;
  /**
   * Values for its `ARG`s. No secrets, which have `secrets`: they stand in the emitted files, and in the history of the image for
   * everybody who has it. Default: none. Compose: `args` of the `build`. Kubernetes: `--build-arg` of the printed commands.
   */
  readonly args?: Readonly<Record<string, string>>;
}

/** A {@link BuildProps} of which nothing is left open: its Dockerfile is made of its stages. */
export interface GeneratedBuild extends BuildProps {
  readonly ignore: readonly string[];
  readonly secrets: Readonly<Record<string, SecretKey>>;
  readonly target: string;
}

/** A {@link DockerfileProps} of which nothing is left open, but for a target: its Dockerfile is among the sources. */
export interface DockerfileBuild extends Omit<DockerfileProps, 'user'> {
  readonly ignore: readonly string[];
  readonly secrets: Readonly<Record<string, SecretKey>>;
  readonly file: string;
  readonly args: Readonly<Record<string, string>>;
}

/** What an image is built from. One with a `file` has a Dockerfile of its own. */
export type Build = GeneratedBuild | DockerfileBuild;

/**
 * A container image: from a registry, or built from sources with a typed Dockerfile or one of their own.
 *
 * Compose: `image`; what is built has a `build` as well, of a folder beside the Compose file with the Dockerfile and the
 * sources. Kubernetes: `image`; `synth` prints the commands that build what is built, from the same folder, and push it
 * where a registry is named.
 */
export class Image {
  private constructor(
    /** As a registry knows it: `postgres:16-alpine`. */
    readonly reference: string,
    /** What is known of it, beyond its name. */
    readonly facts: ImageFacts,
    /** What it is built from; `undefined` for one from a registry. */
    readonly build: Build | undefined,
  ) {}

  /**
   * From a registry.
   * @param reference pinned to a version or a digest: `nginx:1.25-alpine`.
   * @param facts what is known of it. Default: nothing.
   */
  static registry(reference: string, facts: ImageFacts = {}): Image {
    return new Image(reference, facts, undefined);
  }

  /** To be built: the reference is `<registry>/<name>:<version>`. */
  static build({ user, tools, folders, ...props }: BuildProps): Image {
    const { stages, target = stages.at(-1)?.name ?? '', ignore = [], secrets = {} } = props;
    return new Image(referenceOf(props), { user, tools, folders }, { ...props, target, ignore, secrets });
  }

  /**
   * To be built by a Dockerfile that there is already: the reference is `<registry>/<name>:<version>`. A `HEALTHCHECK` in it is
   * not asked: the probes of the workload are.
   */
  static dockerfile({ user, tools, folders, ...props }: DockerfileProps): Image {
    const { file = 'Dockerfile', args = {}, ignore = [], secrets = {} } = props;
    return new Image(referenceOf(props), { user, tools, folders }, { ...props, file, args, ignore, secrets });
  }

  /** The tag, where there is one: `16-alpine`. */
  get tag(): string | undefined {
    return tagOf(this.reference);
  }

  /** Whether it always means the same image, as {@link isPinned} says. */
  get isPinned(): boolean {
    return isPinned(this.reference);
  }

  /** `[16]` of `postgres:16-alpine`, `[1, 25]` of `nginx:1.25-alpine`; empty where the tag has no version. */
  get version(): readonly number[] {
    return /^v?(\d+(?:\.\d+)*)/.exec(this.tag ?? '')?.[1]?.split('.').map(Number) ?? [];
  }
}

/** Words of tags that name no release: what they mean moves on. */
const MOVING = ['latest', 'stable', 'mainline', 'main', 'master', 'lts', 'current', 'next', 'edge', 'nightly', 'canary', 'rolling', 'alpine', 'slim'];

/** Whether a reference always means the same image, but for its repairs: by a version, the name of a release, or a digest. */
export function isPinned(reference: string): boolean {
  const tag = tagOf(reference);
  return reference.includes('@sha256:') || (tag !== undefined && !tag.split('-').every(word => MOVING.includes(word)));
}

function referenceOf({ registry, name, version }: SourcesProps): string {
  return `${registry ? `${registry}/` : ''}${name}:${version}`;
}

function tagOf(reference: string): string | undefined {
  return /:(\w[\w.-]*)$/.exec(reference.split('@')[0]!)?.[1];
}
