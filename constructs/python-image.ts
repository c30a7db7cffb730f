import { Image, Instruction, type Fault, type Stage, type User } from '../lib/model';

/** The sources that a Python image is built from, and what they need. */
export interface PythonImageProps {
  readonly name: string;
  /** The tag: a real version. */
  readonly version: string;
  /** The folder with the sources. */
  readonly context: string;
  readonly registry?: string;
  /** The tag of the official image, Debian-based. Default: `3.13-slim-bookworm`. */
  readonly python?: string;
  /** Relative to the context. Default: `requirements.txt`. */
  readonly requirements?: string;
  /** Debian packages, by the stage that needs them. `ca-certificates` is always there. */
  readonly packages?: { readonly builder?: readonly string[]; readonly runtime?: readonly string[] };
  /** Default: `app`, 1000:1000. */
  readonly user?: User & { readonly name: string };
  /** Empty folders of the user, for volumes to be mounted at. */
  readonly folders?: readonly string[];
  /** The default command. */
  readonly command: readonly string[];
  /** The default command of the development stage. Default: the same. */
  readonly developmentCommand?: readonly string[];
  readonly port: number;
  /** Further patterns that stay out of the build. */
  readonly ignore?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** What Python projects leave lying about. */
const IGNORED = [
  '**/__pycache__', '**/*.py[cod]', '**/.pytest_cache', '**/.mypy_cache', '**/.ruff_cache', '**/.coverage', '**/htmlcov', '**/.tox',
  '**/.venv', '**/venv', '**/env', '**/*.egg-info', '**/*.log', '**/*.sqlite3', '**/*.db', 'docs', 'staticfiles', 'media', '**/*.md',
];

/**
 * An image for a Python program, in stages: `builder` compiles what needs compiling into a virtual environment,
 * `production` has what runs and nothing else, `development` is the same with its own command.
 *
 * Requirements are installed before the sources are copied, so that a changed source does not install them again. The
 * sources belong to root: the program cannot change itself.
 */
export class PythonImage {
  readonly production: Image;
  readonly development: Image;

  constructor(props: PythonImageProps) {
    const { name, version, context, registry, folders = [], user: { uid, gid } = { uid: 1000, gid: 1000 }, packages: { runtime = [] } = {}, ignore = [], labels } = props;
    const stages = stagesOf(props);
    const faults = [...faultsOf(props)];
    const build = (target: string) => Image.build({
      name, version, context, registry, stages, target, labels, faults, user: { uid, gid }, folders,
      tools: ['python', 'shell', ...(runtime.includes('curl') ? ['curl' as const] : [])],
      ignore: [...IGNORED, ...ignore],
    });
    this.production = build('production');
    this.development = build('development');
  }
}

/** These become words of shell commands. */
function* faultsOf({ packages: { builder = [], runtime = [] } = {}, user, folders = [] }: PythonImageProps): Iterable<Fault> {
  for (const name of [...builder, ...runtime]) {
    if (!/^[a-z0-9][a-z0-9.+-]+$/.test(name)) yield { code: 'debian-package', what: `${JSON.stringify(name)} cannot be the name of a Debian package`, fix: 'use the name that apt knows it by' };
  }
  if (user && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user.name)) yield { code: 'user-name', what: `${JSON.stringify(user.name)} cannot be the name of a user`, fix: 'use at most 32 lower-case letters, digits and dashes' };
  for (const folder of folders) {
    if (!/^(\/[\w.@-]+)+$/.test(folder) || folder.split('/').includes('..')) yield { code: 'image-folder-path', what: `${JSON.stringify(folder)} cannot be a folder of an image`, fix: "use an absolute path of letters, digits, dots and dashes, without '..'" };
  }
}

function stagesOf({ python = '3.13-slim-bookworm', requirements = 'requirements.txt', packages: { builder = [], runtime = [] } = {}, user = { name: 'app', uid: 1000, gid: 1000 }, folders = [], command, developmentCommand = command, port }: PythonImageProps): readonly Stage[] {
  const base = `python:${python}`;
  return [
    {
      name: 'builder', from: base,
      instructions: [
        ...(builder.length > 0 ? [install(builder)] : []),
        Instruction.workdir('/build'),
        Instruction.run('python -m venv /opt/venv'),
        Instruction.copy(requirements, 'requirements.txt'),
        Instruction.run('/opt/venv/bin/pip install --requirement requirements.txt', { caches: ['/root/.cache/pip'] }),
      ],
    },
    {
      name: 'production', from: base,
      instructions: [
        Instruction.env({ PATH: '/opt/venv/bin:$PATH', PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' }),
        install(['ca-certificates', ...runtime.filter(name => name !== 'ca-certificates')]),
        Instruction.run([
          `groupadd --gid ${user.gid} ${user.name}`,
          `useradd --uid ${user.uid} --gid ${user.gid} --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ${user.name}`,
          ...(folders.length > 0 ? [`install --directory --owner=${user.uid} --group=${user.gid} ${folders.join(' ')}`] : []),
        ]),
        Instruction.workdir('/app'),
        Instruction.copy('/opt/venv', '/opt/venv', { from: 'builder' }),
        Instruction.copy('.', '.'),
        Instruction.user(user.uid, user.gid),
        Instruction.expose(port),
        Instruction.cmd(...command),
      ],
    },
    { name: 'development', from: 'production', instructions: [Instruction.cmd(...developmentCommand)] },
  ];
}

/** Debian keeps one version of a package in a release, so that pinning it breaks the build at the next security update. */
function install(packages: readonly string[]): Instruction {
  return Instruction.run([
    'apt-get update',
    `apt-get install --yes --no-install-recommends ${packages.join(' ')}`,
    'rm -rf /var/lib/apt/lists/*',
  ], { ignore: ['DL3008'] });
}
