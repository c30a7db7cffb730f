import { secretKeysOf } from '../../core/graph';
import { sha256 } from '../../core/output';
import { sysctlsOf } from '../../core/sysctls';
import { Text, type Volume, type Workload } from '../../model';
import { containerOf, type Doing } from './containers';
import { anySelectorOf, labelsOf, selectorOf, type Context } from './context';
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
  const sysctls = Object.entries(sysctlsOf(workload)).map(([setting, value]) => ({ name: setting, value }));
  return {
    metadata: {
      labels: { ...labelsOf(context, name), ...(tier ? { 'compose8s/tier': tier.name } : {}) },
      ...(hash ? { annotations: { 'compose8s/content': hash } } : {}),
    },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // Here and not at the ServiceAccount, which changes no pod that waits for its image already.
      ...(context.pullSecrets.length > 0 ? { imagePullSecrets: context.pullSecrets.map(pullSecret => ({ name: pullSecret })) } : {}),
      // The pod's own first process reaps children then, and signals meet a process that is not the first.
      ...(init ? { shareProcessNamespace: true } : {}),
      ...besideCompanions(workload, context),
      ...traits,
      securityContext: {
        runAsNonRoot: true, runAsUser: user!.uid, runAsGroup: user!.gid,
        ...(readsSecretFiles || writesClaims ? { fsGroup: user!.gid, fsGroupChangePolicy: 'OnRootMismatch' } : {}),
        seccompProfile: { type: 'RuntimeDefault' },
        ...(sysctls.length > 0 ? { sysctls } : {}),
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
  const volumes = workload.spec.mounts.flatMap(mount => ('volume' in mount ? [mount.volume] : []));
  return [...new Set(volumes)].filter(volume => plan.ownerOf(volume) === workload);
}

/**
 * On the node of those that it shares claims with, whoever of them is there first. One term for all: a pod on another node that
 * matches one of several terms would not count. A first pod, which matches its own term, may go to any node.
 */
function besideCompanions(workload: Workload, { graph, plan }: Context): Pick<PodSpec, 'affinity'> {
  const names = plan.companionsOf(workload).map(companion => graph.name(companion));
  return names.length === 0 ? {} : { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: anySelectorOf(names), topologyKey: HOST }] } } };
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
