import type { User, Workload } from '../../model';
import { dnsLabel } from '../../core/names';
import { sha256 } from '../../core/output';
import type { Graph } from '../../core/graph';
import type { Context } from './context';
import type { ComposeService } from './types';

/** https://github.com/aptible/supercronic: a cron made for containers. A static build of it runs in any image. */
const SUPERCRONIC = { module: 'github.com/aptible/supercronic', version: 'v0.2.48', builder: 'golang:1.26-alpine' };

const CRON_STAGE: readonly string[] = [
  `FROM ${SUPERCRONIC.builder} AS cron`,
  'RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod \\',
  `    CGO_ENABLED=0 GOBIN=/out go install -trimpath -tags=timetzdata ${SUPERCRONIC.module}@${SUPERCRONIC.version}`,
  '',
];

/** What an image from a registry lacks: the cron runner, or folders that belong to the user (Docker would make root the owner of a volume there). */
export interface Wrapper {
  readonly reference: string;
  readonly user: User;
  readonly folders: Set<string>;
  isScheduled: boolean;
  /** The workload whose service carries the build. */
  readonly builder: Workload;
}

/** One wrapper for all workloads that run the same image as the same user, so that a job by hand needs no build of its own. */
export function wrappersOf(graph: Graph): ReadonlyMap<string, Wrapper> {
  const wrappers = new Map<string, Wrapper>();
  for (const workload of graph.workloads) {
    const { image, runs, user } = workload.spec;
    const folders = missingFolders(workload);
    const isScheduled = runs.kind === 'schedule';
    if (image.build || !user || (!isScheduled && folders.length === 0)) continue;
    const known = wrappers.get(keyOf(workload)) ?? { reference: image.reference, user, folders: new Set<string>(), isScheduled: false, builder: workload };
    folders.forEach(folder => known.folders.add(folder));
    known.isScheduled ||= isScheduled;
    wrappers.set(keyOf(workload), known);
  }
  return wrappers;
}

/** The image of a service where the workload's own does not do by itself. */
export function wrappedImage(workload: Workload, { graph, files, stages, wrappers, findings }: Context): Pick<ComposeService, 'image' | 'build'> | undefined {
  const { image, runs, user } = workload.spec;
  const folders = missingFolders(workload);
  if (image.build) {
    if (folders.length > 0) {
      findings.problem(workload, {
        code: 'volume-folder', what: `the image ${image.reference} has no folder ${folders.join(', ')} that belongs to user ${user!.uid}, who writes to the volume there`,
        fix: `let the image make it: folders: [${folders.map(folder => `'${folder}'`).join(', ')}]`,
      });
    }
    if (runs.kind !== 'schedule' || folders.length > 0) return undefined;
    // Not an image of its own on top of one that is built at the same time, but a stage more.
    const target = `scheduled-${graph.name(workload)}`;
    const lines = [`FROM ${image.build.target} AS ${target}`, ...additions({ user: user!, folders: new Set(), isScheduled: true })];
    stages.set(image.build.name, [...stages.get(image.build.name) ?? CRON_STAGE, ...lines]);
    return { image: `${graph.stack.projectName}-${graph.name(workload)}:${sha256(image.reference).slice(0, 12)}`, build: { context: `./images/${image.build.name}`, target } };
  }
  const wrapper = wrappers.get(keyOf(workload));
  if (!wrapper || (runs.kind !== 'schedule' && folders.length === 0)) return undefined;
  const text = [...(wrapper.isScheduled ? CRON_STAGE : []), `FROM ${wrapper.reference}`, `LABEL org.opencontainers.image.base.name=${JSON.stringify(wrapper.reference)}`, ...additions(wrapper)].join('\n');
  const name = `${dnsLabel(wrapper.reference)}-${user!.uid}`;
  files.set(`images/${name}/Dockerfile`, { text });
  files.set(`images/${name}/Dockerfile.dockerignore`, { text: '*\n' });
  const tag = `${graph.stack.projectName}-${name}:${sha256(text).slice(0, 12)}`;
  // One service builds it: Compose writes a service's name into the labels of an image, so that two would build different ones.
  return { image: tag, ...(wrapper.builder === workload ? { build: { context: `./images/${name}` } } : {}) };
}

/** Folders where it writes to a volume, and that its image does not have. */
function missingFolders({ spec: { image, mounts } }: Workload): readonly string[] {
  const known = image.facts.folders ?? [];
  return mounts.flatMap(mount => ('volume' in mount && !mount.readOnly && !known.includes(mount.path) ? [mount.path] : []));
}

function additions({ user: { uid, gid }, folders, isScheduled }: Omit<Wrapper, 'reference' | 'builder'>): string[] {
  const made = [...folders].sort().join(' ');
  return [
    ...(isScheduled ? ['COPY --from=cron /out/supercronic /usr/local/bin/supercronic'] : []),
    ...(made ? ['USER 0:0', `RUN mkdir -p ${made} && chown ${uid}:${gid} ${made}`] : []),
    `USER ${uid}:${gid}`,
    '',
  ];
}

function keyOf({ spec: { image, user } }: Workload): string {
  return `${image.reference} ${user?.uid}:${user?.gid}`;
}
