import { Image, Instruction, type CommandLine, type Fault, type SecretKey, type Stage, type User } from '../lib/model';
import { userFaults } from './image-user';

/** The sources that a Python image is built from, and what they need. */
export interface PythonImageProps {
  /** The repository's name: `shop-api`. */
  readonly name: string;
  /** The tag: a real version. */
  readonly version: string;
  /** The folder with the sources. */
  readonly context: string;
  /** Registry and folder to push to: `registry.example/team`. Default: that of the `Kubernetes` target, if it names one. */
  readonly registry?: string;
  /** The tag of the official image, Debian-based. Default: `3.13-slim-bookworm`. */
  readonly python?: string;
  /**
   * What installs the requirements. `uv` reads `pyproject.toml` and `uv.lock`, and gives the development stage the group
   * `dev` as well. Default: `pip`.
   */
  readonly installer?: 'pip' | 'uv';
  /**
   * For pip: a `pip.conf` with the address of a private index, and the token in it. The build reads it as packages are installed,
   * and the image does not have it; what packages run then could. Default: none.
   */
  readonly pipConf?: SecretKey;
  /** A `.netrc` with the token of a private index, whose address the requirements or `pyproject.toml` say. Read as `pipConf` is, by uv too. Default: none. */
  readonly netrc?: SecretKey;
  /** For uv: groups of dependencies to install beside those of the project itself, so that one lock file serves several images. Default: none. */
  readonly groups?: readonly string[];
  /**
   * What of the installed packages nothing asks for when the program runs: files and folders anywhere in the virtual
   * environment, where `*` stands for anything: `tests`, `pyarrow/include`. Default: nothing.
   */
  readonly trim?: readonly string[];
  /** For pip, relative to the context. Default: `requirements.txt`. */
  readonly requirements?: string;
  /** For pip: what only the development stage has, relative to the context. Default: nothing. */
  readonly developmentRequirements?: string;
  /** Debian packages, by the stage that needs them; `development` has those of `runtime` too. `ca-certificates` is always there. Default: no others. */
  readonly packages?: { readonly builder?: readonly string[]; readonly runtime?: readonly string[]; readonly development?: readonly string[] };
  /** Who it runs as: made in the image. Default: `app`, 1000:1000. */
  readonly user?: User & { readonly name: string };
  /** Empty folders of the user, for volumes to be mounted at. Default: none. */
  readonly folders?: readonly string[];
  /** Goes before every command: a script that checks what it was given, and ends with `exec "$@"`. Default: none. */
  readonly entrypoint?: readonly string[];
  /** The default command: that of {@link gunicorn}, {@link uvicorn} or {@link streamlit}, or your own. */
  readonly command: CommandLine;
  /** The default command of the development stage. Default: the same. */
  readonly developmentCommand?: CommandLine;
  /** The port that it listens on. */
  readonly port: number;
  /** Further patterns that stay out of the build, in the syntax of `.dockerignore`. Default: none. */
  readonly ignore?: readonly string[];
  /** OCI annotations: `title` stands for `org.opencontainers.image.title`. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What Python projects leave lying about. */
const IGNORED = [
  '**/__pycache__', '**/*.py[cod]', '**/.pytest_cache', '**/.mypy_cache', '**/.ruff_cache', '**/.coverage', '**/htmlcov', '**/.tox',
  '**/.venv', '**/venv', '**/env', '**/*.egg-info', '**/*.log', '**/*.sqlite3', '**/*.db', 'docs', 'staticfiles', 'media', '**/*.md',
];

const DEFAULT_PYTHON = '3.13-slim-bookworm';
const UV = 'uv==0.13.8';

/**
 * An image for a Python program, in stages: `builder` compiles what needs compiling into a virtual environment,
 * `production` has what runs and nothing else, `development` is the same with its own command, and with the packages and
 * requirements that only developers need.
 *
 * Requirements are installed before the sources are copied, so that a changed source does not install them again. The
 * sources belong to root: the program cannot change itself.
 *
 * Compose: built from a folder beside the Compose file, by `docker compose build`. Kubernetes: `synth` prints the commands that
 * build it from the same folder, and push it where a registry is named.
 */
export class PythonImage {
  /** What runs, and nothing else: the stage `production`. */
  readonly production: Image;
  /** With what only developers need: the stage `development`. */
  readonly development: Image;

  constructor(props: PythonImageProps) {
    const { name, version, context, registry, folders = [], user: { uid, gid } = { uid: 1000, gid: 1000 }, packages: { runtime = [], development = [] } = {}, ignore = [], labels } = props;
    const stages = stagesOf(props);
    const secrets = Object.fromEntries(secretsOf(props).map(({ id, key }) => [id, key]));
    const faults = [...faultsOf(props)];
    const build = (target: string, packages: readonly string[]) => Image.build({
      name, version, context, registry, stages, target, labels, faults, secrets, user: { uid, gid }, folders,
      tools: ['python', 'shell', ...(packages.includes('curl') ? ['curl' as const] : [])],
      ignore: [...IGNORED, ...ignore],
    });
    this.production = build('production', runtime);
    this.development = build('development', [...runtime, ...development]);
  }
}

/** These become words of commands. */
function* faultsOf({ python = DEFAULT_PYTHON, packages: { builder = [], runtime = [], development = [] } = {}, user, folders = [], installer, pipConf, groups = [], trim = [], requirements, developmentRequirements, command, developmentCommand }: PythonImageProps): Iterable<Fault> {
  yield* command.faults ?? [];
  yield* developmentCommand?.faults ?? [];
  if (/alpine/.test(python)) yield { code: 'python-debian', what: `python:${python} is made of Alpine, and what the image needs is installed by Debian's apt-get`, fix: `use a tag that is made of Debian: ${python.replace(/alpine[\d.]*/, 'slim-bookworm')}` };
  for (const name of [...builder, ...runtime, ...development]) {
    if (!/^[a-z0-9][a-z0-9.+-]+$/.test(name)) yield { code: 'debian-package', what: `${JSON.stringify(name)} cannot be the name of a Debian package`, fix: 'use the name that apt knows it by' };
  }
  if (installer === 'uv' && (requirements ?? developmentRequirements) !== undefined) {
    yield { code: 'python-requirements', what: 'uv reads pyproject.toml and uv.lock, and no file of requirements', fix: 'leave out requirements and developmentRequirements, or installer' };
  }
  if (installer === 'uv' && pipConf) {
    yield { code: 'python-pip-conf', what: 'uv reads no pip.conf', fix: 'name the index in pyproject.toml, and give its token as netrc' };
  }
  if (installer !== 'uv' && groups.length > 0) {
    yield { code: 'python-requirements', what: 'pip knows no groups of dependencies in a file of requirements', fix: "leave out groups, or say installer: 'uv'" };
  }
  for (const group of groups) {
    if (!/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(group)) yield { code: 'python-group', what: `${JSON.stringify(group)} cannot be the name of a group of dependencies`, fix: 'use letters, digits, dots and dashes' };
  }
  for (const name of trim) {
    if (!/^[\w.*-]+(\/[\w.*-]+)*$/.test(name) || /^\**$/.test(name) || name.split('/').includes('..')) yield { code: 'python-trim', what: `${JSON.stringify(name)} cannot name what is left out of the installed packages`, fix: "use a relative path of letters, digits, dots, dashes and '*'" };
  }
  yield* userFaults(user, folders);
}

function stagesOf(props: PythonImageProps): readonly Stage[] {
  const { python = DEFAULT_PYTHON, packages: { builder = [], runtime = [], development = [] } = {}, user = { name: 'app', uid: 1000, gid: 1000 }, folders = [], trim = [], entrypoint, command, developmentCommand = command, port } = props;
  const base = `python:${python}`;
  const requirements = requirementsOf(props);
  return [
    {
      name: 'builder', from: base,
      instructions: [
        ...(builder.length > 0 ? [install(builder)] : []),
        Instruction.workdir('/build'),
        ...requirements.production,
        ...(trim.length > 0 ? [remove(trim)] : []),
      ],
    },
    ...(requirements.development.length > 0 ? [{ name: 'development-builder', from: 'builder', instructions: requirements.development }] : []),
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
        ...(entrypoint ? [Instruction.entrypoint(...entrypoint)] : []),
        Instruction.cmd(...command),
      ],
    },
    {
      name: 'development', from: 'production',
      instructions: [
        ...(development.length > 0 ? [Instruction.user(0), install(development), Instruction.user(user.uid, user.gid)] : []),
        ...(requirements.development.length > 0 ? [Instruction.copy('/opt/venv', '/opt/venv', { from: 'development-builder' })] : []),
        Instruction.cmd(...developmentCommand),
      ],
    },
  ];
}

/** What the build reads, and where: pip its settings of the host, pip and uv the tokens of the user who runs them. */
function secretsOf({ pipConf, netrc }: PythonImageProps): readonly { readonly id: string; readonly key: SecretKey; readonly path: string }[] {
  return [
    ...(pipConf ? [{ id: 'pip-conf', key: pipConf, path: '/etc/pip.conf' }] : []),
    ...(netrc ? [{ id: 'netrc', key: netrc, path: '/root/.netrc' }] : []),
  ];
}

/** What fills the virtual environment, and what only developers have in it. */
function requirementsOf(props: PythonImageProps): Readonly<Record<'production' | 'development', readonly Instruction[]>> {
  const { installer = 'pip', groups = [], requirements = 'requirements.txt', developmentRequirements } = props;
  const secrets = Object.fromEntries(secretsOf(props).map(({ id, path }) => [id, path]));
  if (installer === 'uv') {
    const sync = (...options: string[]) => Instruction.run(['uv sync --locked --no-install-project', ...options, ...groups.map(group => `--group ${group}`)].join(' '), { caches: ['/root/.cache/uv'], secrets });
    return {
      production: [
        Instruction.env({ UV_PROJECT_ENVIRONMENT: '/opt/venv', UV_PYTHON_DOWNLOADS: 'never', UV_LINK_MODE: 'copy', UV_COMPILE_BYTECODE: '1' }),
        Instruction.run(`pip install ${UV}`, { caches: ['/root/.cache/pip'], secrets }),
        Instruction.copy(['pyproject.toml', 'uv.lock'], './'),
        sync('--no-default-groups'),
      ],
      development: [sync()],
    };
  }
  const pip = (file: string) => [
    Instruction.copy(file, file),
    Instruction.run(`/opt/venv/bin/pip install --requirement ${file}`, { caches: ['/root/.cache/pip'], secrets }),
  ];
  return {
    production: [Instruction.run('python -m venv /opt/venv'), ...pip(requirements)],
    development: developmentRequirements === undefined ? [] : pip(developmentRequirements),
  };
}

/** Before the virtual environment is copied to where it is used, so that it never was in a layer there. */
function remove(names: readonly string[]): Instruction {
  const paths = names.map(name => `-path '*/${name}'`);
  return Instruction.run(`find /opt/venv \\( ${paths.join(' -o ')} \\) -prune -exec rm -rf {} +`);
}

/** Debian keeps one version of a package in a release, so that pinning it breaks the build at the next security update. */
function install(packages: readonly string[]): Instruction {
  return Instruction.run([
    'apt-get update',
    `apt-get install --yes --no-install-recommends ${packages.join(' ')}`,
    'rm -rf /var/lib/apt/lists/*',
  ], { ignore: ['DL3008'] });
}
