import { ApiObject } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import {
  isPrimitive, type AlertRules, type Certificate, type Config, type Endpoint, type Metrics, type Mount, type Route, type Secret, type SecretKey,
  type Text, type Volume, type Workload,
} from '../model';
import { nameBelow } from './names';
import type { Stack } from './stack';

/** `from` may reach one port of `to`. */
export interface Edge {
  /** Who calls. */
  readonly from: Workload;
  /** Who is called. */
  readonly to: Workload;
  /** The port of `to`, by its name. */
  readonly portName: string;
  /** The same, by its number. */
  readonly port: number;
}

/** What must be so before a workload starts. */
export interface Wait {
  /** The other workload. */
  readonly on: Workload;
  /** `healthy`: it can take work. `completed`: it has ended well. */
  readonly until: 'healthy' | 'completed';
}

/**
 * A stack as targets see it: its primitives, and all that follows from the references between them. Computed once,
 * when aspects have been applied.
 */
export class Graph {
  /** Those that fill volumes are among them. */
  readonly workloads: Workload[] = [];
  /** Those that are kept, and those that are filled. */
  readonly volumes: Volume[] = [];
  /** Those of certificates are among them. */
  readonly secrets: Secret[] = [];
  /** Files without secrets. */
  readonly configs: Config[] = [];
  /** Ways in from outside. */
  readonly routes: Route[] = [];
  /** Each with where it comes from. */
  readonly certificates: Certificate[] = [];
  /** Endpoints that answer with metrics. */
  readonly metrics: Metrics[] = [];
  /** Rules for whoever watches from outside. */
  readonly alertRules: AlertRules[] = [];
  /** The team's own cdk8s objects in the same tree. */
  readonly apiObjects: ApiObject[] = [];

  private readonly names = new Map<IConstruct, string>();
  private readonly outgoing = new Map<Workload, readonly Edge[]>();
  private readonly incoming = new Map<Workload, Edge[]>();
  private readonly waiting = new Map<Workload, readonly Wait[]>();
  private readonly routed = new Map<Workload, Route[]>();
  private readonly mounted = new Map<Volume, Workload[]>();
  private readonly askedByEach = new Set<Workload>();

  constructor(/** Whose graph it is. */ readonly stack: Stack) {
    const lists = { workload: this.workloads, volume: this.volumes, secret: this.secrets, config: this.configs, route: this.routes, certificate: this.certificates, metrics: this.metrics, 'alert-rules': this.alertRules };
    const visit = (construct: IConstruct) => {
      if (isPrimitive(construct)) {
        (lists[construct.kind] as IConstruct[]).push(construct);
        this.names.set(construct, nameBelow(stack, construct));
      } else if (ApiObject.isApiObject(construct)) {
        this.apiObjects.push(construct);
      }
      construct.node.children.forEach(visit);
    };
    visit(stack);
    for (const workload of this.workloads) this.connect(workload);
    for (const workload of this.workloads) this.waiting.set(workload, this.waitsOf(workload));
    for (const route of this.routes) push(this.routed, route.spec.to.workload, route);
  }

  /** The same on every target. */
  name(construct: Construct): string {
    return this.names.get(construct) ?? nameBelow(this.stack, construct);
  }

  /** Whether it is a primitive of this stack. */
  has(construct: Construct): boolean {
    return this.names.has(construct);
  }

  /** Who may call whom, all of it. */
  get edges(): readonly Edge[] {
    return [...this.outgoing.values()].flat();
  }

  /** What it may call. */
  edgesFrom(workload: Workload): readonly Edge[] {
    return this.outgoing.get(workload) ?? [];
  }

  /** Who may call it. */
  edgesTo(workload: Workload): readonly Edge[] {
    return this.incoming.get(workload) ?? [];
  }

  /** What must be so before it starts. */
  waits(workload: Workload): readonly Wait[] {
    return this.waiting.get(workload) ?? [];
  }

  /** The routes that lead to any port of it. */
  routesTo(workload: Workload): readonly Route[] {
    return this.routed.get(workload) ?? [];
  }

  /** The workloads that mount it, each once. */
  mountersOf(volume: Volume): readonly Workload[] {
    return this.mounted.get(volume) ?? [];
  }

  /** Whether somebody asks each of its replicas by itself. */
  isAskedByEach(workload: Workload): boolean {
    return this.askedByEach.has(workload);
  }

  private connect(workload: Workload): void {
    for (const reference of textsOf(workload).flatMap(text => text.references)) {
      if (reference.kind === 'host' && reference.each) this.askedByEach.add(reference.endpoint.workload);
    }
    const edges = new Map<string, Edge>();
    for (const { workload: to, portName, port } of endpointsOf(workload)) {
      if (to !== workload) edges.set(`${to.node.path}:${portName}`, { from: workload, to, portName, port });
    }
    this.outgoing.set(workload, [...edges.values()]);
    for (const edge of edges.values()) push(this.incoming, edge.to, edge);
    for (const volume of new Set(workload.spec.mounts.flatMap(mount => ('volume' in mount ? [mount.volume] : [])))) push(this.mounted, volume, workload);
  }

  private waitsOf(workload: Workload): readonly Wait[] {
    const { after, startsWithout, mounts } = workload.spec;
    const waits = new Map<Workload, Wait>();
    const fillers = mounts.flatMap(mount => ('volume' in mount && mount.volume.spec.filledBy ? [mount.volume.spec.filledBy] : []));
    for (const on of [...after, ...fillers]) waits.set(on, { on, until: 'completed' });
    for (const { to } of this.edgesFrom(workload)) {
      if (to.spec.runs.kind === 'service' && !startsWithout.includes(to)) waits.set(to, { on: to, until: 'healthy' });
    }
    waits.delete(workload);
    return [...waits.values()];
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Every text of a workload, with the files that it mounts. */
export function textsOf({ spec: { env, command = [], args = [], mounts } }: Workload): Text[] {
  return [...Object.values(env), ...command, ...args, ...mounts.flatMap(mount => ('config' in mount ? Object.values(mount.config.spec.files) : []))];
}

/** What a workload calls, by its texts or without. */
export function endpointsOf(workload: Workload): Endpoint[] {
  return [
    ...textsOf(workload).flatMap(text => text.references.flatMap(reference => (reference.kind === 'host' && !reference.mentioned ? [reference.endpoint] : []))),
    ...workload.spec.connects,
  ];
}

/** The secret values that reach a workload through its environment or command line. */
export function secretKeysOf({ spec: { env, command = [], args = [] } }: Workload): SecretKey[] {
  const keys: SecretKey[] = [];
  for (const text of [...Object.values(env), ...command, ...args]) {
    for (const reference of text.references) {
      if (reference.kind === 'secret' && !keys.some(({ secret, name }) => secret === reference.key.secret && name === reference.key.name)) keys.push(reference.key);
    }
  }
  return keys;
}

/** The secret that a mount shows, with the keys in it. */
export function secretOf(mount: Mount): { secret: Secret; keys: readonly string[] } | undefined {
  if ('secret' in mount) return { secret: mount.secret, keys: mount.keys ?? Object.keys(mount.secret.spec.keys) };
  const secret = 'certificate' in mount ? mount.certificate.spec.secret : undefined;
  return secret && { secret, keys: Object.keys(secret.spec.keys) };
}

/** Whether some mount of it lets it change the content. */
export function writesTo({ spec: { mounts } }: Workload, volume: Volume): boolean {
  return mounts.some(mount => 'volume' in mount && mount.volume === volume && !mount.readOnly);
}

/** Whether a long-running workload has storage of its own: it keeps an identity then. */
export function ownsVolume(graph: Graph, workload: Workload): boolean {
  return workload.spec.mounts.some(mount => 'volume' in mount && ownerOf(graph, mount.volume) === workload);
}

/**
 * The long-running workload of one replica that a kept volume belongs to. In a product of several primitives it is the
 * one there that writes to the volume, so that whoever else mounts a database's data changes nothing for the database.
 * Elsewhere it is the only one to mount it.
 */
export function ownerOf(graph: Graph, volume: Volume): Workload | undefined {
  if (volume.spec.filledBy) return undefined;
  const mounters = graph.mountersOf(volume);
  const { scope } = volume.node;
  const inProduct = scope === graph.stack ? [] : mounters.filter(workload => workload.node.scope === scope && isSingle(workload) && writesTo(workload, volume));
  const [owner, ...others] = inProduct.length > 0 ? inProduct : mounters;
  return owner && others.length === 0 && isSingle(owner) ? owner : undefined;
}

function isSingle({ spec: { runs } }: Workload): boolean {
  return runs.kind === 'service' && runs.replicas === 1;
}
