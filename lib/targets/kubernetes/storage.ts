import { posix } from 'node:path';
import { secretOf, writesTo } from '../../core/graph';
import { dnsLabel } from '../../core/names';
import { sha256 } from '../../core/output';
import type { Document } from '../../core/target';
import type { Config, Mount, Size, Volume, Workload } from '../../model';
import { document, metadata, type Context } from './context';
import { sizeQuantity } from './quantities';
import type { ClaimSpec, Container, Manifests, PodVolume } from './types';

type VolumeMount = NonNullable<Container['volumeMounts']>[number];
type ClaimTemplate = NonNullable<Manifests['StatefulSet']['spec']['volumeClaimTemplates']>[number];

const READ_ONLY = 0o444;
const READ_ONLY_PROGRAM = 0o555;
/** Read by the group, which is the container's: see `fsGroup` of the pod. */
const READ_BY_GROUP = 0o440;
const LONGEST_NAME = 63;

/** The volumes of one pod, each once, with names that do not collide. */
export class PodVolumes {
  readonly volumes: PodVolume[] = [];
  private readonly byContent = new Map<string, string>();
  private readonly taken = new Set<string>();

  /** @param templates the volumes that the pod has by claim templates, whose names are theirs. */
  constructor(templates: readonly string[]) {
    templates.forEach(name => this.taken.add(name));
  }

  /** @param what tells it from others of the same content; the name is made of it. */
  add(what: string, source: Omit<PodVolume, 'name'>): string {
    const key = `${what}\0${JSON.stringify(source)}`;
    const known = this.byContent.get(key);
    if (known) return known;
    const short = shortened(dnsLabel(what));
    let name = short;
    for (let i = 2; this.taken.has(name); i++) name = `${short.slice(0, LONGEST_NAME - 4)}-${i}`;
    this.taken.add(name);
    this.byContent.set(key, name);
    this.volumes.push({ name, ...source });
    return name;
  }
}

/** What the containers of one pod gather. */
export interface PodParts {
  readonly volumes: PodVolumes;
  /** Those that the pod has by claim templates. */
  readonly templates: readonly Volume[];
  /** The claims that some container of the pod writes to. */
  readonly written: ReadonlySet<Volume>;
}

/** What one container mounts. */
export function mountsOf(workload: Workload, container: string, { volumes, templates, written }: PodParts, { graph, plan }: Context): VolumeMount[] {
  const show = (mount: Mount): VolumeMount[] => {
    if ('volume' in mount) {
      const { volume, path, readOnly = false, ...rest } = mount;
      rest satisfies Record<string, never>;
      const name = graph.name(volume);
      const storage = plan.storageOf(volume);
      const volumeName = templates.includes(volume) ? name
        : storage === 'claim' || storage === 'template' ? volumes.add(name, { persistentVolumeClaim: { claimName: plan.claimNameOf(volume), ...(written.has(volume) ? {} : { readOnly: true }) } })
          : volumes.add(name, { emptyDir: { sizeLimit: sizeQuantity(volume.spec.size) } });
      return [{ name: volumeName, mountPath: path, ...(readOnly ? { readOnly } : {}) }];
    }
    if ('config' in mount) {
      const { config, path, ...rest } = mount;
      rest satisfies Record<string, never>;
      const name = graph.name(config);
      const volumeName = volumes.add(`config-${name}`, { configMap: { name, defaultMode: config.spec.executable ? READ_ONLY_PROGRAM : READ_ONLY } });
      // File by file: a mounted folder would hide what the image has there.
      return Object.keys(config.spec.files).map(file => ({ name: volumeName, mountPath: posix.join(path, file), subPath: file, readOnly: true }));
    }
    if ('source' in mount) {
      const { source: _source, path: _path, readOnly: _readOnly, ...rest } = mount;
      rest satisfies Record<string, never>;
      // Reported once for the workload, whatever the number of its containers.
      return [];
    }
    const { path } = mount;
    // That of a certificate has its name, whether it is given like other secrets or kept by cert-manager, whose first one comes
    // while the pods run: the kubelet puts it in place.
    const name = graph.name('certificate' in mount ? mount.certificate : mount.secret);
    const keys = secretOf(mount)?.keys ?? TLS_KEYS;
    const comesLater = 'certificate' in mount && mount.certificate.spec.source.kind === 'acme';
    const volumeName = volumes.add(`secret-${name}`, { secret: { secretName: name, defaultMode: READ_BY_GROUP, ...(comesLater ? { optional: true } : {}), items: keys.map(key => ({ key, path: key })) } });
    return [{ name: volumeName, mountPath: path, readOnly: true }];
  };
  const { scratch, sharedMemory } = workload.spec;
  const inMemory = (path: string, size: Size): VolumeMount => (
    { name: volumes.add(container + path, { emptyDir: { medium: 'Memory', sizeLimit: sizeQuantity(size) } }), mountPath: path }
  );
  return [
    ...workload.spec.mounts.flatMap(show),
    ...scratch.map(({ path, size }) => inMemory(path, size)),
    ...(sharedMemory ? [inMemory('/dev/shm', sharedMemory)] : []),
  ];
}

const TLS_KEYS = ['tls.crt', 'tls.key'];

/** What the running containers have read at their start: when it changes, they must start anew. */
export function contentsOf(workload: Workload, { dialect }: Context): string[] {
  return workload.spec.mounts.flatMap(mount => {
    if ('config' in mount) return Object.entries(mount.config.spec.files).map(([name, content]) => `${mount.path}/${name}\0${dialect.file(content)}`);
    const revision = secretOf(mount)?.secret.spec.revision;
    return revision ? [`${mount.path}\0${revision}`] : [];
  });
}

/** The claims that some of these workloads write to. */
export function writtenBy(workloads: readonly Workload[]): ReadonlySet<Volume> {
  return new Set(workloads.flatMap(workload => workload.spec.mounts.flatMap(mount => ('volume' in mount && writesTo(workload, mount.volume) ? [mount.volume] : []))));
}

export function claimTemplate(volume: Volume, context: Context): ClaimTemplate {
  const { size, filledBy: _filledBy, disposable: _disposable, storageClass, ...rest } = volume.spec;
  rest satisfies Record<string, never>;
  const name = context.graph.name(volume);
  return { metadata: { name, labels: metadata(context, name).labels }, spec: claimSpec(size, storageClass, accessModeOf(volume, context)) };
}

export function volumeDocuments(volume: Volume, context: Context): Document[] {
  const { graph, plan, findings } = context;
  const { size, filledBy: _filledBy, disposable: _disposable, storageClass, ...rest } = volume.spec;
  rest satisfies Record<string, never>;
  const storage = plan.storageOf(volume);
  if (storage === 'left-out') findings.note(volume, 'volume', 'left-out', 'only workloads that are left out here would use it');
  if (storage === 'empty') findings.note(volume, 'volume', 'approximated', 'an empty folder: the workloads that would write to it are left out here');
  const names = (workloads: readonly Workload[]) => workloads.map(workload => graph.name(workload)).join(', ');
  if (storage === 'filled' && plan.hostsMounting(volume).length > 0) {
    findings.note(volume, 'filledBy', 'approximated', `each new pod of ${names(plan.hostsMounting(volume))} fills a folder of its own when it starts, not once per release: during a rollout, files of one release are not found in pods of the other`);
  }
  if (storage !== 'claim' && storage !== 'template') return [];
  const owner = plan.ownerOf(volume);
  const sharers = plan.sharersOf(volume);
  if (sharers.length > 0) {
    findings.note(volume, 'storageClass', 'approximated', `several pods mount it at a time (of ${names(sharers)}): ${storageClass ? `the storage class ${storageClass}` : "the cluster's default storage class"} must support ReadWriteMany${owner ? `; a claim ${plan.claimNameOf(volume)} from before keeps its access mode` : ''}`);
  } else if (plan.bindsPods(volume) && plan.hostsMounting(volume).some(host => host.spec.runs.kind === 'service')) {
    findings.note(volume, 'mounts', 'approximated', `one node at a time can have it: pods of ${names(plan.hostsMounting(volume))} run on the same one, and wait where it has no room`);
  }
  if (owner) return [];
  const name = graph.name(volume);
  return [document(context, volume, 'PersistentVolumeClaim', name, {
    metadata: metadata(context, name),
    spec: claimSpec(size, storageClass, accessModeOf(volume, context)),
  })];
}

function accessModeOf(volume: Volume, { plan }: Context): string {
  return plan.sharersOf(volume).length > 0 ? 'ReadWriteMany' : 'ReadWriteOnce';
}

function claimSpec(size: Volume['spec']['size'], storageClassName: string | undefined, accessMode: string): ClaimSpec {
  return { accessModes: [accessMode], resources: { requests: { storage: sizeQuantity(size) } }, ...(storageClassName ? { storageClassName } : {}) };
}

export function configDocuments(config: Config, context: Context): Document[] {
  const { files, executable: _executable, ...rest } = config.spec;
  rest satisfies Record<string, never>;
  if (context.plan.isUnused(config)) return [];
  const name = context.graph.name(config);
  return [document(context, config, 'ConfigMap', name, {
    metadata: metadata(context, name),
    data: Object.fromEntries(Object.entries(files).map(([file, content]) => [file, context.dialect.file(content)])),
  })];
}

/** A name that is made of others, as a label's value or as that of a pod's volume may be. */
export function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 9)}-${sha256(name).slice(0, 8)}`;
}
