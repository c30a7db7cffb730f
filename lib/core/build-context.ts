import dockerignore from '@balena/dockerignore';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import type { Build, Fault, Image, Workload } from '../model';
import { printDockerfile } from './dockerfile';
import type { Graph } from './graph';
import { ownDockerfileFaults, readDockerfile } from './own-dockerfile';
import type { OutputFile } from './target';

/** Stays out of every build: a Dockerfile of the sources, in whose place one stands already, version control, what tools leave behind, and whatever might be secret. */
const ALWAYS_IGNORED = ['Dockerfile', 'Dockerfile.dockerignore', '.git', '.gitignore', '.dockerignore', '**/.env', '**/.env.*', '**/*.pem', '**/*.key', '**/.DS_Store', '.idea', '.vscode', 'secrets'];

/** Builds of a Compose project, by themselves: whoever builds needs none of the values that `services.yaml` asks for, but those that builds read. */
export const BUILDS_FILE = 'images.yaml';

/** An image that the stack builds, with all the workloads that run it, in any of its stages. */
export interface BuiltImage {
  readonly name: string;
  readonly image: Image;
  readonly build: Build;
  readonly workloads: readonly Workload[];
}

/** The images that are built from source; each Dockerfile once, whatever the number of stages in use. */
export function builtImages(graph: Graph): readonly BuiltImage[] {
  const byName = new Map<string, { image: Image; build: Build; workloads: Workload[] }>();
  for (const workload of graph.workloads) {
    const { image } = workload.spec;
    if (!image.build) continue;
    const known = byName.get(image.build.name);
    if (known) known.workloads.push(workload);
    else byName.set(image.build.name, { image, build: image.build, workloads: [workload] });
  }
  return [...byName].map(([name, rest]) => ({ name, ...rest }));
}

/** The Dockerfile of an image: made of its stages, or as it stands among the sources; empty where it is missing. */
export function dockerfileOf({ build, workloads }: BuiltImage): string {
  return 'file' in build ? readDockerfile(build) ?? '' : printDockerfile(build, workloads);
}

/**
 * What it takes to build an image, below `images/<name>/`: the Dockerfile, its own ignore file, and a copy of the
 * sources, so that the emitted folder needs nothing else. `stages`: what a target adds to the Dockerfile.
 */
export function buildFiles(built: BuiltImage, stages: readonly string[] = []): { files: Map<string, OutputFile>; faults: Fault[] } {
  const { name, build } = built;
  const folder = posix.join('images', name);
  const ignored = [...ignoredByTheSources(build), ...ALWAYS_IGNORED, ...build.ignore];
  const files = new Map<string, OutputFile>([
    [posix.join(folder, 'Dockerfile'), { text: [dockerfileOf(built), ...stages].join('\n') }],
    [posix.join(folder, 'Dockerfile.dockerignore'), { text: `${ignored.join('\n')}\n` }],
  ]);
  const faults: Fault[] = [];
  if (!statSync(build.context, { throwIfNoEntry: false })?.isDirectory()) {
    faults.push({ code: 'context-missing', what: `the build context of ${name} is not a folder: ${build.context}`, fix: 'give the path of the sources, for example path.join(__dirname, "app")' });
  } else {
    const root = realpathSync(build.context);
    if ('file' in build) faults.push(...ownDockerfileFaults(build, root));
    for (const { path, isLink } of filesBelow(root, ignored)) {
      const source = isLink ? realpathOf(join(root, path)) : join(root, path);
      const stats = source?.startsWith(root + sep) ? statSync(source) : undefined;
      if (!stats) {
        faults.push({ code: 'context-link', what: `${path} in the build context of ${name} is a link that leads out of it, or nowhere`, fix: 'put a file in its place, or leave it out: ignore' });
      } else if (stats.isFile()) {
        files.set(posix.join(folder, path), { copyOf: source!, executable: (stats.mode & 0o111) !== 0 });
      } else {
        faults.push({ code: 'context-link', what: `${path} in the build context of ${name} is a link to a folder`, fix: 'put the folder itself in its place, or leave it out: ignore' });
      }
    }
  }
  return { files, faults };
}

/** What their own `.dockerignore` names, or the file of that kind that belongs to a Dockerfile. Later patterns win: it cannot have back what is always left out. */
function ignoredByTheSources(build: Build): string[] {
  const files = [...('file' in build ? [`${build.file}.dockerignore`] : []), '.dockerignore'];
  const path = files.map(file => join(build.context, file)).find(file => existsSync(file));
  if (path === undefined) return [];
  return readFileSync(path, 'utf8').split(/\r?\n/).map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#'));
}

interface Source { readonly path: string; readonly isLink: boolean }

/** Files and links, in the order of their names. */
function filesBelow(root: string, ignored: readonly string[]): Source[] {
  const isWanted = dockerignore().add([...ignored]).createFilter();
  // A pattern of this kind may want a file back out of an ignored folder. Elsewhere nobody need look in there: it may be `node_modules`.
  const hasExceptions = ignored.some(pattern => pattern.startsWith('!'));
  const below = (folder: string): Source[] => readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return hasExceptions || isWanted(path) ? below(path) : [];
      return (entry.isFile() || entry.isSymbolicLink()) && isWanted(path) ? [{ path, isLink: entry.isSymbolicLink() }] : [];
    });
  return below('');
}

/** `undefined` for a link that leads nowhere. */
function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
