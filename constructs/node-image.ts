import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { attemptFor, Image, Instruction, readResources, Size, type CommandLine, type Fault, type ResourcesLike, type SecretKey, type Stage, type User } from '../lib/model';
import { asRoot, distributionOf, NPMRC, packageManagerOf } from './node-tools';
import { userFaults } from './image-user';

/** The sources that a Node.js image is built from, and what they need. */
export interface NodeImageProps {
  /** The repository's name: `shop-web`. */
  readonly name: string;
  /** The tag: a real version. */
  readonly version: string;
  /** The folder with the sources: `package.json` and a lock file are at its top. */
  readonly context: string;
  /** Registry and folder to push to: `registry.example/team`. Default: that of the `Kubernetes` target, if it names one. */
  readonly registry?: string;
  /** The tag of the official image, Alpine or Debian. Default: `24-alpine`. */
  readonly node?: string;
  /** pnpm in an exact version, or npm in the one that the image has. What is installed is what the lock file says. Default: `npm`. */
  readonly packageManager?: 'npm' | `pnpm@${number}.${number}.${number}`;
  /**
   * An `.npmrc` with the token of a private registry. The build reads it as packages are installed, and the image does not
   * have it; packages that run programs then could read it (`installScripts`). Default: none.
   */
  readonly npmrc?: SecretKey;
  /** Whether packages may run programs of their own when they are installed: to compile, to download. Default: no. */
  readonly installScripts?: boolean;
  /**
   * Packages of Alpine or Debian, by the stage that needs them. Those of `deps` are there for `builder` and `development`
   * too, those of `runner` for `development`. Default: none.
   */
  readonly packages?: { readonly [stage in 'deps' | 'builder' | 'runner' | 'development']?: readonly string[] };
  /**
   * What the script `build` makes, and so what runs. `next`: the server of Next.js with the packages that it uses, for which
   * its configuration must say `output: 'standalone'`. A list: these files and folders, beside all production dependencies.
   * Default: `['dist']`.
   */
  readonly output?: 'next' | readonly string[];
  /**
   * The folder of Prisma's schema, configuration and migrations. It is a package of its own, with Prisma's command line among
   * its dependencies and a lock file: so that `prisma migrate deploy` runs there (`workingDirectory: '/app/prisma'`), and the
   * image has nothing else of what only builds. The client is generated before each build. Default: none.
   */
  readonly prisma?: string;
  /** Goes before every command: forwards signals and reaps children, also where nothing else does. Default: none. */
  readonly init?: 'dumb-init';
  /** Who it runs as. Default: the image's own `node`, 1000:1000. */
  readonly user?: User & { readonly name: string };
  /** Empty folders of the user, for volumes to be mounted at. Default: none. */
  readonly folders?: readonly string[];
  /** The port that it listens on. */
  readonly port: number;
  /** The default command. Default: `node server.js` for Next.js, else `node .`, which runs the `main` of `package.json`. */
  readonly command?: CommandLine;
  /** The default command of the development stage. Default: `next dev`, or `node --watch .` */
  readonly developmentCommand?: CommandLine;
  /** Further patterns that stay out of the build, in the syntax of `.dockerignore`. Default: none. */
  readonly ignore?: readonly string[];
  /** OCI annotations: `title` stands for `org.opencontainers.image.title`. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What Node.js projects leave lying about, and what may hold the token of a registry. */
const IGNORED = [
  '**/node_modules', '**/.npmrc', '**/*.log', '**/*.tsbuildinfo', '.next', 'next-env.d.ts', 'out', 'dist', 'build', 'generated', 'coverage', '.nyc_output',
  '.turbo', '.cache', '.eslintcache', '.pnpm-store', 'playwright-report', 'test-results', 'storybook-static', '.github', '.husky', 'docs', '**/*.md',
];

/** The image's own. */
const NODE_USER = { name: 'node', uid: 1000, gid: 1000 };
const HOME = '/app';

/**
 * An image for a Node.js program, in stages: `deps` installs what the lock file says, `builder` builds, `runner` has what
 * runs and nothing else; `development` has all dependencies and the sources, and starts what reloads them.
 *
 * Dependencies are installed before the sources are copied, so that a changed source does not install them again. All
 * files belong to root: the program cannot change itself.
 *
 * Compose: built from a folder beside the Compose file, by `docker compose build`. Kubernetes: `synth` prints the commands that
 * build it from the same folder, and push it where a registry is named.
 */
export class NodeImage {
  /** What runs, and nothing else: the stage `runner`. */
  readonly production: Image;
  /** All dependencies and the sources: the stage `development`. */
  readonly development: Image;

  constructor(props: NodeImageProps) {
    const { name, version, context, registry, npmrc, user: { uid, gid } = NODE_USER, folders = [], ignore = [], labels } = props;
    const stages = stagesOf(props);
    const faults = [...faultsOf(props)];
    const build = (target: string) => Image.build({
      name, version, context, registry, stages, target, labels, faults, user: { uid, gid }, folders,
      tools: distributionOf(props.node).tools, ignore: [...IGNORED, ...ignore], secrets: npmrc ? { npmrc } : {},
    });
    this.production = build('runner');
    this.development = build('development');
  }
}

/**
 * `NODE_OPTIONS` by which the heap ends below the container's memory limit: V8 then collects garbage, where the kernel
 * would kill the process. The rest is for buffers, code and threads, as Node.js' manual advises.
 *
 * @param resources those of the workload, which reports what is wrong with them.
 * @param share Default: three quarters.
 */
export function nodeHeap(resources: ResourcesLike, share = 3 / 4): string {
  const limit = attemptFor(() => {}, 'resources', () => readResources(resources).memory.limit, Size.mebibytes(512));
  return `--max-old-space-size=${limit.share(share).bytes / 2 ** 20}`;
}

function stagesOf(props: NodeImageProps): readonly Stage[] {
  const { node = DEFAULT_NODE, packages: { deps = [], builder = [], runner = [], development = [] } = {}, output = ['dist'], prisma, init, user = NODE_USER, folders = [], port } = props;
  const { command, developmentCommand } = commandsOf(props);
  const base = `node:${node}`;
  const system = distributionOf(node);
  const manager = packageManagerOf(props.packageManager);
  const isNext = output === 'next';
  const scripts = { allowsScripts: props.installScripts ?? false };
  const secrets: Readonly<Record<string, string>> = props.npmrc ? { npmrc: NPMRC } : {};
  const setUp = manager.setUp(secrets);

  const install = (folder: string, options: { readonly isProduction: boolean }) => [
    Instruction.copy(['package.json', manager.lock].map(file => posix.join(folder, file)), './'),
    Instruction.run(manager.install({ ...scripts, ...options }), { caches: manager.caches, secrets }),
  ];
  const inPrisma = (...instructions: readonly Instruction[]) => (prisma ? [Instruction.workdir(posix.join(HOME, prisma)), ...instructions, Instruction.workdir(HOME)] : []);
  const sources = [Instruction.copy('.', '.'), ...inPrisma(Instruction.run('node_modules/.bin/prisma generate'))];
  const runtime = (mode: string, tools: readonly string[], ...files: readonly Instruction[]) => [
    Instruction.env({ NODE_ENV: mode, ...(isNext ? { HOSTNAME: '0.0.0.0', PORT: `${port}`, NEXT_TELEMETRY_DISABLED: '1' } : {}) }),
    ...asRoot(system, [...(init ? [init] : []), ...tools], [
      ...(user.uid === NODE_USER.uid ? [] : system.addUser(user)),
      ...(folders.length > 0 ? [`install -d -o ${user.uid} -g ${user.gid} ${folders.join(' ')}`] : []),
    ]),
    Instruction.workdir(HOME),
    ...files,
    Instruction.user(user.uid, user.gid),
    Instruction.expose(port),
    ...(init ? [Instruction.entrypoint(init, '--')] : []),
  ];

  return [
    {
      name: 'deps', from: base,
      instructions: [
        ...asRoot(system, deps),
        ...setUp,
        Instruction.workdir(HOME),
        ...install('', { isProduction: false }),
        ...inPrisma(...install(prisma ?? '', { isProduction: true })),
      ],
    },
    {
      name: 'builder', from: 'deps',
      instructions: [
        ...(isNext ? [Instruction.env({ NEXT_TELEMETRY_DISABLED: '1' })] : []),
        ...asRoot(system, builder),
        ...sources,
        // Next.js does without this folder, and COPY does not.
        Instruction.run([...(isNext ? ['mkdir -p public'] : []), manager.run('build')]),
      ],
    },
    ...(isNext ? [] : [{ name: 'production-deps', from: base, instructions: [...asRoot(system, deps), ...setUp, Instruction.workdir(HOME), ...install('', { isProduction: true })] }]),
    {
      name: 'runner', from: base,
      instructions: [
        ...runtime('production', runner, ...(isNext ? NEXT_FILES : filesOf(output)), ...(prisma ? [built(prisma)] : [])),
        Instruction.cmd(...command),
      ],
    },
    {
      name: 'development', from: 'deps',
      instructions: [
        ...runtime('development', [...runner, ...development], ...sources, ...(isNext ? [NEXT_TYPES] : [])),
        Instruction.cmd(...developmentCommand),
      ],
    },
  ];
}

const DEFAULT_NODE = '24-alpine';

const built = (path: string, to = path) => Instruction.copy(posix.join(HOME, path), `./${to}`, { from: 'builder' });
/** Its development server writes this file at each start, beside sources that nobody may write to. */
const NEXT_TYPES = Instruction.run('ln -s /tmp/next-env.d.ts next-env.d.ts');
const NEXT_FILES = [built('.next/standalone', ''), built('.next/static'), built('public')];

function filesOf(output: readonly string[]): readonly Instruction[] {
  return [Instruction.copy(posix.join(HOME, 'node_modules'), './node_modules', { from: 'production-deps' }), built('package.json'), ...output.map(path => built(path))];
}

function commandsOf({ output, port, command, developmentCommand }: NodeImageProps): { readonly command: CommandLine; readonly developmentCommand: CommandLine } {
  return output === 'next'
    ? { command: command ?? ['node', 'server.js'], developmentCommand: developmentCommand ?? ['node_modules/.bin/next', 'dev', '--hostname', '0.0.0.0', '--port', `${port}`] }
    : { command: command ?? ['node', '.'], developmentCommand: developmentCommand ?? ['node', '--watch', '.'] };
}

/** Most of these become words of commands. */
function* faultsOf({ context, node, packageManager = 'npm', packages = {}, prisma, user, folders = [], command, developmentCommand }: NodeImageProps): Iterable<Fault> {
  yield* command?.faults ?? [];
  yield* developmentCommand?.faults ?? [];
  for (const name of Object.values(packages).flat()) {
    if (!/^[a-z0-9][a-z0-9.+_-]+$/.test(name)) yield { code: 'system-package', what: `${JSON.stringify(name)} cannot be the name of a package of the system`, fix: `use the name that ${distributionOf(node).installer} knows it by` };
  }
  if (!/^(npm|pnpm@\d+\.\d+\.\d+)$/.test(packageManager)) {
    yield { code: 'package-manager', what: `${JSON.stringify(packageManager)} is no package manager that is known, in an exact version`, fix: "write 'npm', or 'pnpm@9.15.9'" };
  }
  if (user?.uid === NODE_USER.uid && user.name !== NODE_USER.name) yield { code: 'user-taken', what: `the image has a user ${user.uid} already: ${NODE_USER.name}`, fix: 'leave user out, or give another number' };
  yield* userFaults(user, folders);
  if (prisma !== undefined && (!/^[\w.@/-]+$/.test(prisma) || prisma.startsWith('/') || prisma.split('/').some(part => part === '..' || part === '.' || part === ''))) {
    yield { code: 'prisma-folder', what: `${JSON.stringify(prisma)} cannot be the folder of Prisma's files`, fix: "name it as seen from the context: 'prisma'" };
    return;
  }
  // Where the context itself is missing, that is reported once, when it is copied.
  if (!statSync(context, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const file of ['', ...(prisma ? [prisma] : [])].flatMap(folder => ['package.json', packageManagerOf(packageManager).lock].map(name => posix.join(folder, name)))) {
    if (!existsSync(join(context, file))) yield { code: 'lock-missing', what: `${file} is missing in ${context}`, fix: `run ${packageManager.split('@')[0]} install there, and commit ${file}: what is installed must not depend on the day` };
  }
}
