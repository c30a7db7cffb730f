import { secretKeysOf } from '../../core/graph';
import { sha256 } from '../../core/output';
import { Text, type Volume, type Workload } from '../../model';
import { containerOf, type Doing } from './containers';
import { labelsOf, selectorOf, type Context } from './context';
import type { Guest } from './plan';
import { contentsOf, PodVolumes, writtenBy, type PodParts } from './storage';
import type { Container, PodSpec, PodTemplate } from './types';

/** What differs between the pods of a service and those that run to their end. */
export type PodTraits = Pick<PodSpec, 'restartPolicy' | 'terminationGracePeriodSeconds' | 'affinity' | 'topologySpreadConstraints'> & {
  readonly container?: Partial<Container>;
};

/** What the names of init containers begin with that do no work of their own. */
export const WAITING = 'wait-for-';

const HOST = 'kubernetes.io/hostname';

/** The pods of a workload, with those that run in them before it. */
export function podOf(workload: Workload, { container = {}, ...traits }: PodTraits, context: Context): PodTemplate {
  const { graph, plan } = context;
  const { user, init, tier, command, args } = workload.spec;
  const name = graph.name(workload);
  const guests = plan.guestsOf(workload);
  const inhabitants = [workload, ...guests.map(guest => guest.workload)];
  const written = writtenBy(inhabitants);
  const templates = templatesOf(workload, context);
  const parts: PodParts = { written, templates, volumes: new PodVolumes(templates.map(volume => graph.name(volume))) };
  const initContainers = guests.map(guest => containerOf(guest.workload, doingOf(guest, context), user!, parts, context));
  const main = containerOf(workload, { name, command, args }, user!, parts, context);
  const readsSecretFiles = parts.volumes.volumes.some(({ secret }) => secret);
  // Not those of another's pod: its files would get another group.
  const writesClaims = [...written].some(volume => plan.storageOf(volume) === 'claim' || templates.includes(volume));
  const hash = contentHash(inhabitants, context);
  return {
    metadata: {
      labels: { ...labelsOf(context, name), ...(tier ? { 'compose8s/tier': tier.name } : {}) },
      ...(hash ? { annotations: { 'compose8s/content': hash } } : {}),
    },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // The pod's own first process reaps children then, and signals meet a process that is not the first.
      ...(init ? { shareProcessNamespace: true } : {}),
      ...besideOwners(workload, inhabitants, context),
      ...traits,
      securityContext: {
        runAsNonRoot: true, runAsUser: user!.uid, runAsGroup: user!.gid,
        ...(readsSecretFiles || writesClaims ? { fsGroup: user!.gid, fsGroupChangePolicy: 'OnRootMismatch' } : {}),
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(initContainers.length > 0 ? { initContainers } : {}),
      containers: [{ ...main, ...portsOf(workload), ...container }],
      ...(parts.volumes.volumes.length > 0 ? { volumes: parts.volumes.volumes } : {}),
    },
  };
}

function portsOf({ spec: { ports } }: Workload): Pick<Container, 'ports'> {
  const all = Object.entries(ports).map(([name, { number, protocol }]) => ({ name, containerPort: number, protocol: protocol.toUpperCase() }));
  return all.length > 0 ? { ports: all } : {};
}

/** The volumes that a workload's pods have by claim templates. */
export function templatesOf(workload: Workload, { plan }: Context): readonly Volume[] {
  return volumesOf([workload]).filter(volume => plan.ownerOf(volume) === workload);
}

function volumesOf(workloads: readonly Workload[]): readonly Volume[] {
  return [...new Set(workloads.flatMap(({ spec: { mounts } }) => mounts.flatMap(mount => ('volume' in mount ? [mount.volume] : []))))];
}

/** A claim that is for one node at a time is where its owner's pod is, if there is one now: an owner may be stopped. */
function besideOwners(workload: Workload, inhabitants: readonly Workload[], { graph, plan }: Context): Pick<PodSpec, 'affinity'> {
  const owners = new Set(volumesOf(inhabitants).flatMap(volume => (plan.sharersOf(volume).length === 0 ? plan.ownerOf(volume) ?? [] : [])));
  owners.delete(workload);
  if (owners.size === 0) return {};
  return { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [...owners].map(owner => (
    { weight: 100, podAffinityTerm: { labelSelector: { matchLabels: selectorOf(graph.name(owner)) }, topologyKey: HOST } }
  )) } } };
}

/**
 * No shell loops here, since an image need not have one: the kubelet runs an init container that fails again, with
 * growing pauses.
 */
function doingOf({ workload, does }: Guest, { graph }: Context): Doing {
  const { runs, command, args } = workload.spec;
  const name = graph.name(workload);
  return does === 'wait' && runs.kind === 'release' && runs.check
    ? { name: `${WAITING}${name}`, command: runs.check.map(Text.of), args: undefined }
    : { name, command, args };
}

function contentHash(inhabitants: readonly Workload[], context: Context): string | undefined {
  const contents = inhabitants.flatMap(workload => [
    ...contentsOf(workload, context),
    ...secretKeysOf(workload).flatMap(({ secret }) => secret.spec.revision ?? []),
  ]);
  return contents.length > 0 ? sha256(contents.join('\0')).slice(0, 16) : undefined;
}

/** Pods of the same workload, one on each node where possible. */
export function spreadOf(name: string): Pick<PodSpec, 'affinity' | 'topologySpreadConstraints'> {
  const labelSelector = { matchLabels: selectorOf(name) };
  const topologyKey = HOST;
  return {
    affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { labelSelector, topologyKey } }] } },
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector, matchLabelKeys: ['pod-template-hash'] }],
  };
}
