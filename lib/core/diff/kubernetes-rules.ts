import { at, isMapping } from './fields';
import { dataAtRisk, inPlace, recreate, restart, type Verdict } from './impact';
import type { Rule, Subject } from './rules';
import { otherFormat } from './stored-data';

/** Whether something at the path, or below it, differs. */
function differs({ fields }: Subject, ...paths: readonly string[]): boolean {
  return fields.some(field => paths.some(path => field.path === path || field.path.startsWith(`${path}.`) || field.path.startsWith(`${path}[`)));
}

const ADDED = () => [inPlace('new')];
const REMOVED = () => [inPlace('removed, where apply prunes; nothing that runs needs it')];
const GONE = () => [recreate('its pods are stopped and removed, where apply prunes')];
const PLAIN: Rule = { added: ADDED, removed: REMOVED, changed: () => [inPlace('the cluster takes it over at once')] };
const WAY_IN: Rule = { ...PLAIN, removed: () => [recreate('whoever comes in by it finds nobody')] };
/** The API server refuses another role: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#clusterrolebinding-example */
const BINDING: Rule = { ...PLAIN, changed: subject => [...(differs(subject, 'roleRef') ? [recreate('roleRef is immutable: it must be deleted first, and meanwhile nobody has its rights')] : []), ...others(subject, ['roleRef'], 'the cluster takes it over at once')] };
const ORPHANS = 'the field is immutable: it must be deleted first; pods that the old selector found are left behind, and run beside the new ones on the same data';

/** What a StatefulSet may be given anew; the API server refuses a change of all else. */
const STATEFUL_MUTABLE = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'];

/** A team's own. */
export const ANY_MANIFEST: Rule = {
  added: ADDED,
  removed: () => [dataAtRisk('it is not known here what stands behind this kind: its data may go with it')],
  changed: () => [inPlace('the cluster takes it over; what a controller makes of it is not known here')],
};

const SEALED = 'it is immutable: it must be deleted and made anew';

/** By kind: those that compose8s makes, and a few that teams have. */
export const KUBERNETES_RULES: Readonly<Record<string, Rule>> = {
  Deployment: {
    added: ADDED, removed: GONE,
    changed: subject => {
      const stops = at(subject.after, 'spec.strategy.type') === 'Recreate';
      return [
        ...(differs(subject, 'spec.selector') ? [dataAtRisk(ORPHANS)] : []),
        ...storedData(subject),
        ...(differs(subject, 'spec.template') ? [stops ? recreate('its pods end before new ones start') : restart(rollout(subject))] : []),
        ...others(subject, ['spec.selector', 'spec.template'], 'the Deployment is adjusted; its pods stay'),
      ];
    },
  },
  StatefulSet: {
    added: ADDED,
    removed: () => [dataAtRisk('its pods are removed; its claims stay with their data, used by nobody; under another name, a StatefulSet begins with empty claims')],
    changed: subject => {
      const immutable = [...new Set(subject.fields.flatMap(({ path }) => /^spec\.([A-Za-z]+)/.exec(path)?.[1] ?? []))].filter(field => !STATEFUL_MUTABLE.includes(field));
      return [
        ...immutable.map(field => dataAtRisk(field === 'volumeClaimTemplates'
          ? 'spec.volumeClaimTemplates is immutable: the StatefulSet must be deleted (--cascade=orphan), and each claim that exists be changed by hand'
          : `spec.${field} is immutable: the StatefulSet must be deleted (--cascade=orphan) and made anew`, field === 'volumeClaimTemplates' ? templatesOf(subject.before) : [])),
        ...storedData(subject),
        ...(differs(subject, 'spec.template') ? [isAlone(subject) ? recreate('its pod ends before the new one starts') : restart(rollout(subject))] : []),
        ...others(subject, ['spec'], 'labels only'),
        ...(immutable.length === 0 && !differs(subject, 'spec.template') && differs(subject, 'spec') ? [inPlace('the StatefulSet is adjusted; its pods stay')] : []),
      ];
    },
  },
  DaemonSet: { added: ADDED, removed: GONE, changed: subject => [...(differs(subject, 'spec.selector') ? [dataAtRisk(ORPHANS)] : []), ...storedData(subject), ...(differs(subject, 'spec.template') ? [restart(rollout(subject))] : [])] },
  Job: {
    added: () => [inPlace('it runs once')], removed: REMOVED,
    changed: subject => (differs(subject, 'spec.template', 'spec.selector', 'spec.completions', 'spec.completionMode') ? [recreate("a Job's pods are immutable: it must be deleted, and runs anew")] : [inPlace('the Job is adjusted')]),
  },
  CronJob: { added: ADDED, removed: REMOVED, changed: subject => [...storedData(subject), inPlace('its next run is as it says now')] },
  PersistentVolumeClaim: {
    added: () => [inPlace('a new, empty claim')],
    removed: () => [dataAtRisk('where apply prunes, the claim is deleted, and its data with it if the class says so; under another name, a claim begins empty')],
    changed: subject => {
      const [before, after] = [subject.before, subject.after].map(body => bytes(at(body, 'spec.resources.requests.storage')));
      const immutable = subject.fields.filter(({ path }) => path.startsWith('spec.') && !path.startsWith('spec.resources.'));
      return [
        ...immutable.map(({ path }) => dataAtRisk(`${path} is immutable: the claim would have to be deleted, and its data be moved`, [subject.name])),
        ...(before! > after! ? [dataAtRisk('a claim cannot shrink: its data would have to be moved to a smaller one', [subject.name])] : before! < after! ? [inPlace('the claim grows, if its storage class allows it')] : []),
        ...others(subject, ['spec'], 'labels only'),
      ];
    },
  },
  Service: {
    added: ADDED,
    removed: () => [recreate('whoever calls it finds nobody')],
    changed: subject => [
      ...(differs(subject, 'spec.clusterIP', 'spec.clusterIPs') ? [recreate('spec.clusterIP is immutable: it must be deleted and made anew, with another address')] : []),
      ...(differs(subject, 'spec.selector') ? [dataAtRisk('calls go to other pods at once: to what they have stored, too')] : []),
      ...(differs(subject, 'spec.type') ? [recreate('the address by which it is reached from outside changes')] : []),
      ...others(subject, ['spec.clusterIP', 'spec.clusterIPs', 'spec.selector', 'spec.type'], 'the Service is adjusted'),
    ],
  },
  Ingress: WAY_IN, HTTPRoute: WAY_IN, Gateway: WAY_IN,
  ServiceAccount: PLAIN, Role: PLAIN, RoleBinding: BINDING, ClusterRoleBinding: BINDING, NetworkPolicy: PLAIN, PodDisruptionBudget: PLAIN, HorizontalPodAutoscaler: PLAIN,
  Certificate: PLAIN, ServiceMonitor: PLAIN, PrometheusRule: PLAIN,
  Namespace: { added: ADDED, removed: () => [dataAtRisk('whoever deletes a namespace deletes all in it, claims too')], changed: () => [inPlace('labels and annotations')] },
  ConfigMap: {
    added: ADDED, removed: REMOVED,
    changed: subject => [isSealed(subject) ? recreate(SEALED) : inPlace('pods that read it restart by a change of their own')],
  },
  Secret: {
    ...ANY_MANIFEST,
    changed: subject => [
      ...(isSealed(subject) ? [recreate(SEALED)] : []),
      ...(differs(subject, 'type') ? [recreate('its type is immutable: it must be deleted and made anew')] : []),
      ...(!isSealed(subject) && differs(subject, 'data', 'stringData') ? [inPlace('pods that have it in their environment keep the former values until they start anew')] : []),
      ...others(subject, ['type', 'data', 'stringData', 'immutable'], 'labels and annotations'),
    ],
  },
};

function others(subject: Subject, besides: readonly string[], why: string): Verdict[] {
  const rest = subject.fields.filter(({ path }) => !besides.some(other => path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`)));
  return rest.length > 0 ? [inPlace(why)] : [];
}

/** A StatefulSet ends a pod before it makes the next of the same name: with one, nobody answers meanwhile. */
function isAlone({ after }: Subject): boolean {
  const replicas = at(after, 'spec.replicas') ?? 1;
  return replicas === 1;
}

/** Contents of ConfigMaps and Secrets that are immutable; labels are not among them. */
function isSealed(subject: Subject): boolean {
  return at(subject.before, 'immutable') === true && differs(subject, 'immutable', 'data', 'binaryData', 'stringData');
}

function rollout({ fields }: Subject): string {
  return fields.some(({ path }) => /^spec\.template\.spec\.(initContainers|containers)\[[^\]]*\]\.image$/.test(path)) ? 'pods of the new image take over' : 'new pods take over';
}

/** Another claim, or another part of it, where the data was: the container would start without it. One that is gone misses nothing. */
function movedMounts({ before, after }: Subject): Verdict[] {
  const now = claimsByPath(after);
  return [...claimsByPath(before)].flatMap(([container, claims]) => [...claims].flatMap(([path, claim]) => {
    const own = now.get(container);
    const other = own?.get(path);
    if (!own || other === claim) return [];
    return [dataAtRisk(other ? `at ${path}, ${container} would find ${other} instead of ${claim}` : `${container} no longer sees ${claim} at ${path}`, [claim.split(' ').at(-1)!])];
  }));
}

function templatesOf(statefulSet: unknown): string[] {
  return mappings(at(statefulSet, 'spec.volumeClaimTemplates')).map(claim => String(at(claim, 'metadata.name')));
}

/** What becomes of the data that pods have in claims. */
function storedData(subject: Subject): Verdict[] {
  const [then, now] = [subject.before, subject.after].map(imagesByContainer);
  const kept = claimsByPath(subject.before);
  return [...movedMounts(subject), ...[...then!].flatMap(([container, image]) => otherFormat(image, now!.get(container), kept.get(container)!.keys()))];
}

function imagesByContainer(body: unknown): Map<string, unknown> {
  const pod = podOf(body);
  return new Map([...mappings(at(pod, 'initContainers')), ...mappings(at(pod, 'containers'))].map(({ name, image }) => [String(name), image]));
}

function podOf(body: unknown): unknown {
  return at(body, 'spec.jobTemplate.spec.template.spec') ?? at(body, 'spec.template.spec');
}

/** Container → path → `the claim data`. */
function claimsByPath(body: unknown): Map<string, Map<string, string>> {
  const pod = podOf(body);
  const claims = new Map([
    ...mappings(at(pod, 'volumes')).map(volume => [volume.name, at(volume, 'persistentVolumeClaim.claimName')] as const),
    ...mappings(at(body, 'spec.volumeClaimTemplates')).map(claim => [at(claim, 'metadata.name'), at(claim, 'metadata.name')] as const),
  ]);
  return new Map([...mappings(at(pod, 'initContainers')), ...mappings(at(pod, 'containers'))].map(({ name, volumeMounts }) => [String(name), new Map(mappings(volumeMounts).flatMap((mount): [string, string][] => {
    const claim = claims.get(mount.name);
    return claim === undefined ? [] : [[String(mount.mountPath), `${mount.subPath === undefined ? '' : `${String(mount.subPath)} in `}the claim ${String(claim)}`]];
  }))]));
}

function mappings(list: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isMapping) : [];
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

function bytes(quantity: unknown): number {
  const [, amount = '0', unit = ''] = /^([\d.]+)([A-Za-z]*)$/.exec(String(quantity)) ?? [];
  return Number(amount) * (UNITS[unit] ?? 1);
}
