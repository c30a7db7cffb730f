import { Instruction, type Tool, type User } from '../lib/model';

/** How the systems that Node.js images are made of install packages and add users. */
interface Distribution {
  readonly installer: string;
  /** What it has for health checks. */
  readonly tools: readonly Tool[];
  readonly install: (packages: readonly string[]) => readonly string[];
  /** hadolint's rule that versions be pinned: both keep one version of a package in a release, so that pinning it breaks the build at the next security update. */
  readonly pinning: string;
  readonly addUser: (user: User & { readonly name: string }) => readonly string[];
}

const ALPINE: Distribution = {
  installer: 'apk',
  tools: ['node', 'wget', 'nc', 'shell'],
  install: packages => [`apk add --no-cache ${packages.join(' ')}`],
  pinning: 'DL3018',
  addUser: ({ name, uid, gid }) => [`addgroup -S -g ${gid} ${name}`, `adduser -S -D -H -u ${uid} -G ${name} ${name}`],
};

const DEBIAN: Distribution = {
  installer: 'apt',
  tools: ['node', 'bash', 'shell'],
  install: packages => ['apt-get update', `apt-get install --yes --no-install-recommends ${packages.join(' ')}`, 'rm -rf /var/lib/apt/lists/*'],
  pinning: 'DL3008',
  addUser: ({ name, uid, gid }) => [
    `groupadd --gid ${gid} ${name}`,
    `useradd --uid ${uid} --gid ${gid} --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ${name}`,
  ],
};

/** One instruction, or none: packages of the system, and whatever else root does there. */
export function asRoot(system: Distribution, packages: readonly string[], others: readonly string[] = []): readonly Instruction[] {
  const commands = [...(packages.length > 0 ? system.install(packages) : []), ...others];
  return commands.length > 0 ? [Instruction.run(commands, { ignore: packages.length > 0 ? [system.pinning] : [] })] : [];
}

/** @param tag of the official image. Default: the default one's. */
export function distributionOf(tag = 'alpine'): Distribution {
  return tag.includes('alpine') ? ALPINE : DEBIAN;
}

/** How npm and pnpm are told to install exactly what the lock file says, and to run a script. */
interface PackageManager {
  readonly lock: string;
  /** Gets the manager itself, with the secrets of the build at these paths. */
  readonly setUp: (secrets: Readonly<Record<string, string>>) => readonly Instruction[];
  readonly install: (options: { readonly isProduction: boolean; readonly allowsScripts: boolean }) => string;
  readonly run: (script: string) => string;
  /** Of what it downloaded: they never enter a layer. */
  readonly caches: readonly string[];
}

const NPM_CACHE = '/root/.npm';
const PNPM_STORE = '/root/.pnpm-store';

const NPM: PackageManager = {
  lock: 'package-lock.json',
  setUp: () => [],
  install: ({ isProduction, allowsScripts }) => ['npm ci --no-audit --no-fund', ...(isProduction ? ['--omit=dev'] : []), ...(allowsScripts ? [] : ['--ignore-scripts'])].join(' '),
  run: script => `npm run ${script}`,
  caches: [NPM_CACHE],
};

/** By npm: corepack, which would bring it, is no longer part of Node.js from version 25 on. */
function pnpm(release: string): PackageManager {
  return {
    lock: 'pnpm-lock.yaml',
    setUp: secrets => [Instruction.run(`npm install --global ${release}`, { caches: [NPM_CACHE], secrets })],
    install: ({ isProduction, allowsScripts }) => [`pnpm install --frozen-lockfile --store-dir=${PNPM_STORE}`, ...(isProduction ? ['--prod'] : []), ...(allowsScripts ? [] : ['--ignore-scripts'])].join(' '),
    run: script => `pnpm run ${script}`,
    caches: [PNPM_STORE],
  };
}

/** @param release `npm`, or pnpm with its version. */
export function packageManagerOf(release = 'npm'): PackageManager {
  return release.startsWith('pnpm') ? pnpm(release) : NPM;
}

/** Where npm and pnpm look for the settings of the user who runs them, who is root. */
export const NPMRC = '/root/.npmrc';
