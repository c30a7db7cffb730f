import { ownerOf, writesTo, type Graph } from '../../core/graph';
import type { Capability, Config, Volume, Workload } from '../../model';

/** A workload inside the pods of another one, as an init container. */
export interface Guest {
  readonly workload: Workload;
  /** Whether it does its work there, or asks whether a Job has done it. */
  readonly does: 'work' | 'wait';
}

/**
 * `template`: a claim of the pod that owns it, which others may mount too. `claim`: one of its own. `filled`: an empty
 * folder in each pod, filled by an init container. `empty`: an empty folder in each pod, since those who would write to
 * it are left out.
 */
export type Storage = 'template' | 'claim' | 'filled' | 'empty' | 'left-out';

/** Who does here what a workload would stand in for. */
export const OFFERED: { readonly [C in Capability]: string } = {
  'certificate-controller': 'cert-manager, which the cluster must have, asks for certificates and renews them',
  monitoring: "the cluster's Prometheus Operator watches the stack by ServiceMonitors and a PrometheusRule; alerts and pages are its own",
};

/** Which pods there are, and what runs in each. */
export class Plan {
  private readonly guests = new Map<Workload, readonly Guest[]>();
  private readonly hosts = new Map<Workload, Workload[]>();
  private readonly storage = new Map<Volume, Storage>();
  private readonly sharers = new Map<Volume, readonly Workload[]>();
  private readonly companions = new Map<Workload, ReadonlySet<Workload>>();
  private readonly fillers: ReadonlySet<Workload>;
  private readonly certificateVolumes: ReadonlySet<Volume>;
  private readonly awaited: ReadonlySet<Workload>;
  private readonly unused: ReadonlySet<Config>;

  /** @param offered what this cluster has. */
  constructor(private readonly graph: Graph, private readonly offered: readonly Capability[]) {
    this.fillers = new Set(graph.volumes.flatMap(({ spec: { filledBy } }) => filledBy ?? []));
    this.certificateVolumes = new Set(graph.certificates.flatMap(({ spec: { source } }) => (source.kind === 'acme' ? source.volume : [])));
    this.awaited = new Set(graph.workloads.filter(workload => !this.isLeftOut(workload)).flatMap(workload => graph.waits(workload).map(({ on }) => on)));
    const [kept, leftOut] = [false, true].map(isLeftOut => new Set(graph.workloads.filter(workload => this.isLeftOut(workload) === isLeftOut).flatMap(configsOf)));
    this.unused = new Set([...leftOut!].filter(config => !kept!.has(config)));
    for (const workload of graph.workloads) {
      if (!this.hasPods(workload)) continue;
      const guests = this.findGuests(workload);
      this.guests.set(workload, guests);
      for (const inhabitant of [workload, ...guests.map(guest => guest.workload)]) {
        const hosts = this.hosts.get(inhabitant);
        if (hosts) hosts.push(workload);
        else this.hosts.set(inhabitant, [workload]);
      }
    }
  }

  isLeftOut({ spec: { standsInFor } }: Workload): boolean {
    return standsInFor !== undefined && this.offered.includes(standsInFor);
  }

  isFiller(workload: Workload): boolean {
    return this.fillers.has(workload);
  }

  /** Whether only workloads that are left out mount it. */
  isUnused(config: Config): boolean {
    return this.unused.has(config);
  }

  /** Whether there are pods for it, or it only runs in those of others. */
  hasPods(workload: Workload): boolean {
    if (this.isLeftOut(workload) || this.isFiller(workload)) return false;
    const { runs } = workload.spec;
    return runs.kind !== 'release' || runs.check !== undefined || !this.awaited.has(workload);
  }

  /** The init containers in its pods, in the order in which they run. */
  guestsOf(workload: Workload): readonly Guest[] {
    return this.guests.get(workload) ?? [];
  }

  /** The workloads in whose pods it runs. */
  hostsOf(workload: Workload): readonly Workload[] {
    return this.hosts.get(workload) ?? [];
  }

  storageOf(volume: Volume): Storage {
    return memo(this.storage, volume, () => this.findStorage(volume));
  }

  /** The workloads whose pods mount it. */
  hostsMounting(volume: Volume): readonly Workload[] {
    return [...new Set(this.graph.mountersOf(volume).flatMap(workload => this.hostsOf(workload)))];
  }

  /**
   * The workloads whose pods mount it, where pods on several nodes must be able to: services have several of them. One that gets
   * a service more, or a replica more, is another claim, since nobody can change how a claim is accessed.
   */
  sharersOf(volume: Volume): readonly Workload[] {
    return memo(this.sharers, volume, () => this.findSharers(volume));
  }

  /**
   * The workloads whose pods must be on one node with its own, itself among them: those that mount a claim which one node at a
   * time can have, those that mount another one with these, and so on. A scheduler gives each pod a node that its claims could
   * be attached to, not one that they are attached to: pods that wait for the claims of each other on two nodes would wait
   * without end. Who runs to an end changes nothing for the owner of a claim.
   */
  companionsOf(workload: Workload): readonly Workload[] {
    const isOwner = this.singleNodeClaimsOf(workload).some(volume => this.ownerOf(volume) === workload);
    const companions = this.companionsAround(workload);
    return isOwner || companions.size === 1 ? [] : [...companions];
  }

  /** The workload whose pod makes the claim. */
  ownerOf(volume: Volume): Workload | undefined {
    return this.storageOf(volume) === 'template' ? ownerOf(this.graph, volume) : undefined;
  }

  /** That of a template is named by the StatefulSet, for its first pod and only one. */
  claimNameOf(volume: Volume): string {
    const owner = this.ownerOf(volume);
    const name = this.graph.name(volume);
    return owner ? `${name}-${this.graph.name(owner)}-0` : name;
  }

  /** Whether a second pod beside the first could not have its storage. */
  mustBeAlone(workload: Workload): boolean {
    return this.singleNodeClaimsOf(workload).some(volume => this.storageOf(volume) === 'claim');
  }

  /** Whether its pods are on the node of others, since one node at a time can have it. */
  bindsPods(volume: Volume): boolean {
    return this.isSingleNodeClaim(volume) && this.hostsMounting(volume).length > 1;
  }

  private companionsAround(workload: Workload): ReadonlySet<Workload> {
    const known = this.companions.get(workload);
    if (known) return known;
    const found = new Set([workload]);
    const seen = new Set<Volume>();
    for (const one of found) {
      for (const volume of this.singleNodeClaimsOf(one)) {
        if (seen.has(volume)) continue;
        seen.add(volume);
        for (const host of this.hostsMounting(volume)) found.add(host);
      }
    }
    for (const one of found) this.companions.set(one, found);
    return found;
  }

  private singleNodeClaimsOf(host: Workload): readonly Volume[] {
    const mounts = [host, ...this.guestsOf(host).map(guest => guest.workload)].flatMap(({ spec }) => spec.mounts);
    return mounts.flatMap(mount => ('volume' in mount && this.isSingleNodeClaim(mount.volume) ? [mount.volume] : []));
  }

  private isSingleNodeClaim(volume: Volume): boolean {
    const storage = this.storageOf(volume);
    return (storage === 'claim' || storage === 'template') && this.sharersOf(volume).length === 0;
  }

  private findStorage(volume: Volume): Storage {
    if (volume.spec.filledBy) return 'filled';
    const all = this.graph.mountersOf(volume);
    const mounters = all.filter(workload => !this.isLeftOut(workload));
    const owner = ownerOf(this.graph, volume);
    if (owner && !this.isLeftOut(owner)) return 'template';
    if (mounters.length < all.length) {
      if (mounters.length === 0) return 'left-out';
      return mounters.some(workload => writesTo(workload, volume)) ? 'claim' : 'empty';
    }
    return mounters.length === 0 && this.certificateVolumes.has(volume) ? 'left-out' : 'claim';
  }

  private findSharers(volume: Volume): readonly Workload[] {
    const hosts = this.hostsMounting(volume);
    const owner = this.ownerOf(volume);
    const isShared = owner ? hosts.some(host => host !== owner && host.spec.runs.kind === 'service') : hosts.reduce((sum, host) => sum + lastingPodsOf(host), 0) > 1;
    return isShared ? hosts : [];
  }

  private findGuests(host: Workload): Guest[] {
    const guests = new Map<Workload, Guest>();
    const visit = (workload: Workload) => {
      for (const { on, until } of this.graph.waits(workload)) {
        if (until !== 'completed' || guests.has(on) || this.isLeftOut(on)) continue;
        visit(on);
        guests.set(on, { workload: on, does: this.hasPods(on) ? 'wait' : 'work' });
      }
    };
    visit(host);
    return [...guests.values()];
  }
}

function lastingPodsOf({ spec: { runs } }: Workload): number {
  return runs.kind !== 'service' ? 0 : typeof runs.replicas === 'number' ? runs.replicas : runs.replicas.max;
}

function configsOf({ spec: { mounts } }: Workload): Config[] {
  return mounts.flatMap(mount => ('config' in mount ? [mount.config] : []));
}

function memo<K, V>(known: Map<K, V>, key: K, find: () => V): V {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = find()));
  return value;
}
