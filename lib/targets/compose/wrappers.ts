import type { DockerfileBuild, User, Workload } from '../../model';
import { dnsLabel } from '../../core/names';
import { sha256 } from '../../core/output';
import { toBuildOn } from '../../core/own-dockerfile';
import { inRegistry } from '../../core/registry';
import type { Graph } from '../../core/graph';
import { builderAmong, buildEntry, buildSecrets } from './builds';
import type { Context } from './context';
import type { ComposeService } from './types';

/** https://github.com/aptible/supercronic: a cron made for containers. A static build of it runs in any image. */
const SUPERCRONIC = { module: 'github.com/aptible/supercronic', version: 'v0.2.48', builder: 'golang:1.26-alpine' };

const cronStage = (name: string): readonly string[] => [
  `FROM ${SUPERCRONIC.builder} AS ${name}`,
  'RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod \\',
  `    CGO_ENABLED=0 GOBIN=/out go install -trimpath -tags=timetzdata ${SUPERCRONIC.module}@${SUPERCRONIC.version}`,
  '',
];

/** The stages of ours in a Dockerfile, which may have one called `cron` where people wrote it. */
const CRON = { generated: 'cron', own: 'compose8s-cron' } as const;

/** What an image lacks whose Dockerfile we do not make: the cron runner, or folders that belong to the user (Docker would make root the owner of a volume there). */
export interface Wrapper {
  readonly reference: string;
  /** Its Dockerfile among the sources; `undefined` for an image from a registry. */
  readonly own: DockerfileBuild | undefined;
  readonly user: User;
  readonly folders: Set<string>;
  isScheduled: boolean;
  /** Those that lack something. */
  readonly workloads: Workload[];
}

/** One wrapper for all workloads that run the same image as the same user, so that a job by hand needs no build of its own. */
export function wrappersOf(graph: Graph): ReadonlyMap<string, Wrapper> {
  const wrappers = new Map<string, Wrapper>();
  for (const workload of graph.workloads) {
    const { image, runs, user } = workload.spec;
    const own = image.build && 'file' in image.build ? image.build : undefined;
    if ((image.build && !own) || !user || !isWrapped(workload)) continue;
    const known = wrappers.get(keyOf(workload)) ?? { reference: image.reference, own, user, folders: new Set<string>(), isScheduled: false, workloads: [] };
    missingFolders(workload).forEach(folder => known.folders.add(folder));
    known.isScheduled ||= runs.kind === 'schedule';
    known.workloads.push(workload);
    wrappers.set(keyOf(workload), known);
  }
  return wrappers;
}

/** Who builds each image, by its reference. One whose image lacks something builds an image of its own. */
export function buildersOf(graph: Graph): ReadonlyMap<string, Workload> {
  const byImage = new Map<string, Workload[]>();
  for (const workload of graph.workloads) {
    const { image: { reference } } = workload.spec;
    if (isWrapped(workload)) continue;
    const known = byImage.get(reference);
    if (known) known.push(workload);
    else byImage.set(reference, [workload]);
  }
  return new Map([...byImage].map(([reference, workloads]) => [reference, builderAmong(workloads)]));
}

/** Whether its image does not do by itself. */
export function isWrapped(workload: Workload): boolean {
  return workload.spec.runs.kind === 'schedule' || missingFolders(workload).length > 0;
}

/** The image of a service where the workload's own does not do by itself. */
export function wrappedImage(workload: Workload, { graph, files, stages, wrappers, findings, registry }: Context): Pick<ComposeService, 'image' | 'build'> | undefined {
  const { image, runs, user } = workload.spec;
  if (image.build && !('file' in image.build)) {
    const folders = missingFolders(workload);
    if (folders.length > 0) {
      findings.problem(workload, {
        code: 'volume-folder', what: `the image ${image.reference} has no folder ${folders.join(', ')} that belongs to user ${user!.uid}, who writes to the volume there`,
        fix: `let the image make it: folders: [${folders.map(folder => `'${folder}'`).join(', ')}]`,
      });
    }
    if (runs.kind !== 'schedule' || folders.length > 0) return undefined;
    // Not an image of its own on top of one that is built at the same time, but a stage more.
    const target = `scheduled-${graph.name(workload)}`;
    const lines = [`FROM ${image.build.target} AS ${target}`, ...additions({ user: user!, folders: new Set(), isScheduled: true }, CRON.generated)];
    stages.set(image.build.name, [...stages.get(image.build.name) ?? cronStage(CRON.generated), ...lines]);
    return { image: inRegistry(`${graph.stack.projectName}-${graph.name(workload)}:${sha256(image.reference).slice(0, 12)}`, registry), build: { context: `./images/${image.build.name}`, target, secrets: buildSecrets(image.build, graph) } };
  }
  const wrapper = wrappers.get(keyOf(workload));
  if (!wrapper || !isWrapped(workload)) return undefined;
  const { own, reference, user: { uid, gid } } = wrapper;
  const text = own ? dockerfileAround(own, wrapper) : dockerfileOnTop(wrapper);
  const name = freeName(`${dnsLabel(reference)}-${uid}${gid === uid ? '' : `_${gid}`}`, text, files);
  files.set(`images/${name}/Dockerfile`, { text });
  // Of its own sources, those that stay out are not there.
  files.set(`images/${name}/Dockerfile.dockerignore`, { text: own ? 'Dockerfile\nDockerfile.dockerignore\n' : '*\n' });
  const tag = inRegistry(`${graph.stack.projectName}-${name}:${sha256(own ? `${reference}\n${text}` : text).slice(0, 12)}`, registry);
  findings.note(workload, 'image', 'approximated', `its image is one that is built on top of ${reference}, which lacks ${lacking(wrapper)}`);
  const build = own ? { ...buildEntry(own, graph), dockerfile: `../${name}/Dockerfile`, target: undefined } : { context: `./images/${name}` };
  return { image: tag, ...(builderAmong(wrapper.workloads) === workload ? { build } : {}) };
}

/** References that differ in more than what a folder's name can tell, such as `app/x` and `app-x`, have folders of their own. */
function freeName(name: string, text: string, files: Context['files']): string {
  const there = files.get(`images/${name}/Dockerfile`);
  return there && !('text' in there && there.text === text) ? `${name}-${sha256(text).slice(0, 8)}` : name;
}

function dockerfileOnTop(wrapper: Wrapper): string {
  const { reference, isScheduled } = wrapper;
  return [...(isScheduled ? cronStage(CRON.generated) : []), `FROM ${reference}`, `LABEL org.opencontainers.image.base.name=${JSON.stringify(reference)}`, ...additions(wrapper, CRON.generated)].join('\n');
}

/** Not an image on top of one that is built at the same time, but stages more in a second Dockerfile of the same sources. */
function dockerfileAround(own: DockerfileBuild, wrapper: Wrapper): string {
  const { text, stage, escape } = toBuildOn(own);
  const cron = wrapper.isScheduled ? cronStage(CRON.own).map(line => line.replace(/\\$/, escape)) : [];
  return [text.trimEnd(), '', ...cron, `FROM ${stage} AS compose8s`, ...additions(wrapper, CRON.own)].join('\n');
}

/** Folders where it writes to a volume, and that its image does not have. */
function missingFolders({ spec: { image, mounts } }: Workload): readonly string[] {
  const known = image.facts.folders ?? [];
  return mounts.flatMap(mount => ('volume' in mount && !mount.readOnly && !known.includes(mount.path) ? [mount.path] : []));
}

function additions({ user: { uid, gid }, folders, isScheduled }: Pick<Wrapper, 'user' | 'folders' | 'isScheduled'>, cron: string): string[] {
  const made = [...folders].sort().join(' ');
  return [
    ...(isScheduled ? [`COPY --from=${cron} /out/supercronic /usr/local/bin/supercronic`] : []),
    ...(made ? ['USER 0:0', `RUN mkdir -p ${made} && chown ${uid}:${gid} ${made}`] : []),
    `USER ${uid}:${gid}`,
    '',
  ];
}

function lacking({ isScheduled, folders }: Wrapper): string {
  const made = [...folders].sort();
  return [...(isScheduled ? ['a cron runner'] : []), ...(made.length > 0 ? [`${made.join(', ')} as ${made.length > 1 ? 'folders' : 'a folder'} of its user`] : [])].join(', and ');
}

function keyOf({ spec: { image, user } }: Workload): string {
  return `${image.reference} ${user?.uid}:${user?.gid}`;
}
