import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { down } from './down';
import { emit, PROJECT } from './emission';
import { writeSettings, type Ports } from './settings';
import { output, run, type Outcome } from './shell';

const PREFIX = 'compose8s-e2e';

/** The part of `docker inspect` that the tests look at. */
export interface Container {
  readonly Id: string;
  readonly Image: string;
  readonly State: { readonly Status: string; readonly Health?: { readonly Status: string }; readonly StartedAt: string; readonly ExitCode: number };
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>>; readonly Env: readonly string[]; readonly Image: string };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean; readonly Privileged: boolean; readonly CapDrop: readonly string[]; readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[]; readonly Memory: number; readonly NanoCpus: number; readonly PidsLimit: number;
  };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

/** Where things are, below a folder that holds nothing else. */
export interface Layout {
  readonly folder: string;
  readonly secrets: string;
  /** From where Docker is called. */
  readonly from: string;
}

/** As on a server: the emitted folder, and its secrets beside it. */
export const SERVER: Layout = { folder: 'compose', secrets: 'secrets', from: 'compose' };

/** As in a developer's checkout: everything where the emitted files look for it by themselves. */
export function checkout(stack: string): Layout {
  return { folder: `dist/${stack}/compose`, secrets: `secrets/${stack}`, from: '.' };
}

export interface Preparation {
  /** `system/environment`. */
  readonly stack: string;
  readonly layout: Layout;
  /** For `.env`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Puts what people have to give below the folder that holds all, the secrets among it. */
  readonly give?: (stack: RunningStack) => Promise<void>;
}

/** An emitted environment on the engine, under a project name of its own, in a folder that holds nothing else. */
export class RunningStack {
  readonly folder: string;
  readonly secrets: string;
  private settled: Ports = {};

  private constructor(readonly path: string, private readonly project: string, private readonly layout: Layout, readonly root: string) {
    this.folder = join(root, layout.folder);
    this.secrets = join(root, layout.secrets);
  }

  /** Emits it and gives it all that it needs before it can be started. */
  static async prepare({ stack: path, layout, settings = {}, give = async () => {} }: Preparation): Promise<RunningStack> {
    const project = `${PREFIX}-${path.replace('/', '-')}-${process.pid}`;
    const stack = new RunningStack(path, project, layout, await mkdtemp(join(tmpdir(), `${project}-`)));
    try {
      await emit(path, stack.folder);
      stack.settled = await writeSettings(stack.folder, settings);
      await give(stack);
      await stack.initSecrets();
      return stack;
    } catch (error) {
      await stack.removeFiles();
      throw error;
    }
  }

  get ports(): Ports {
    return this.settled;
  }

  /** Makes the values that are missing, and tells Compose which have changed. */
  initSecrets(): Promise<string> {
    return output('npx', ['compose8s', 'secrets', 'init', this.path, '--secrets-dir', this.secrets], { cwd: PROJECT });
  }

  run(...args: readonly string[]): Promise<Outcome> {
    return run('docker', this.words(args), this.options());
  }

  /** With a file as its input. */
  runFrom(file: string, ...args: readonly string[]): Promise<Outcome> {
    return run('sh', ['-c', 'exec docker "$@" <"$0"', file, ...this.words(args)], this.options());
  }

  compose(...args: readonly string[]): Promise<string> {
    return output('docker', this.words(args), this.options());
  }

  /** What a program prints that is run in a service's container. */
  exec(service: string, ...command: readonly string[]): Promise<string> {
    return this.compose('exec', '-T', service, ...command);
  }

  execWith(input: string, service: string, ...command: readonly string[]): Promise<string> {
    return output('docker', this.words(['exec', '-T', service, ...command]), { ...this.options(), input });
  }

  tryExec(service: string, ...command: readonly string[]): Promise<Outcome> {
    return this.run('exec', '-T', service, ...command);
  }

  psql(statement: string): Promise<string> {
    return this.exec('postgres', 'sh', '-c', 'exec psql -X -q -A -t -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "$1"', 'psql', statement);
  }

  /** Service name → container, also of those that have ended. */
  async containers(): Promise<ReadonlyMap<string, Container>> {
    const ids = (await this.compose('ps', '--all', '--quiet')).split('\n').filter(Boolean);
    const found = JSON.parse(await output('docker', ['inspect', ...ids])) as Container[];
    return new Map(found.map(container => [container.Config.Labels['com.docker.compose.service']!, container]));
  }

  /** The services that go on running, and so have a health check. */
  async running(): Promise<readonly string[]> {
    return [...await this.containers()].filter(([, { State }]) => State.Status === 'running').map(([service]) => service).sort();
  }

  async ids(): Promise<Readonly<Record<string, string>>> {
    return Object.fromEntries([...await this.containers()].map(([service, { Id }]) => [service, Id]));
  }

  async address(service: string, network: string): Promise<string> {
    return (await this.containers()).get(service)!.NetworkSettings.Networks[this.network(network)]!.IPAddress;
  }

  network(name: string): string {
    return `${this.project}_${name}`;
  }

  /** Leaves no container, network or volume. */
  down(): Promise<void> {
    return down(this.project, (...args) => this.run(...args));
  }

  /** Leaves nothing, also no file. */
  async end(): Promise<void> {
    try {
      await this.down();
    } finally {
      await this.removeFiles();
    }
  }

  private removeFiles(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }

  /** As synthesis prints it: `docker compose --project-directory <folder> …`, where Docker is not called from the folder itself. */
  private words(args: readonly string[]): readonly string[] {
    const { folder, from } = this.layout;
    return ['compose', ...(folder === from ? [] : ['--project-directory', relative(from, folder)]), ...args];
  }

  private options() {
    return { cwd: join(this.root, this.layout.from), env: { COMPOSE_PROJECT_NAME: this.project, COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain' } };
  }
}

/** Projects and folders of runs that were killed before they could remove them: their processes are gone. */
export async function removeLeftovers(): Promise<void> {
  const isLeft = (name: string) => {
    const pid = new RegExp(`^${PREFIX}-[a-z-]+-(\\d+)(-|$)`).exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  };
  const projects = JSON.parse(await output('docker', ['compose', 'ls', '--all', '--format', 'json'])) as { readonly Name: string }[];
  for (const { Name } of projects.filter(project => isLeft(project.Name))) await down(Name);
  for (const name of (await readdir(tmpdir())).filter(isLeft)) await rm(join(tmpdir(), name), { recursive: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
