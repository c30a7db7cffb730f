import { pathOf, type Build, type Problem, type Route, type Workload } from '../../model';
import type { Graph } from '../../core/graph';
import { imageOf } from '../../core/registry';
import type { Document } from '../../core/target';
import { rangeConflicts } from './networks';
import { hostPorts, portText, type HostPorts } from './ports';
import { portVariable } from './published';

/** A stack on its host. */
export interface Tenant {
  readonly graph: Graph;
  readonly documents: readonly Document[];
  readonly host: string;
  /** Where ports come in that only the host itself may use. */
  readonly loopback: string;
  /** Where its images come from that are built. */
  readonly registry: string | undefined;
}

const ELSEWHERE = 'or say that they run on different hosts: new Compose({ host: … })';

/** What two stacks, or two workloads of one, cannot both have on the same host. Compose itself notices none of it. */
export function hostConflicts(tenants: readonly Tenant[]): Problem[] {
  const byHost = new Map<string, Tenant[]>();
  for (const tenant of tenants) byHost.set(tenant.host, [...(byHost.get(tenant.host) ?? []), tenant]);
  return [...imageConflicts(tenants), ...[...byHost.values()].flatMap(neighbours => [
    ...portConflicts(neighbours),
    ...rangeConflicts(neighbours.map(({ graph }) => graph)),
    ...nameConflicts(neighbours),
    ...sourceConflicts(neighbours.map(({ graph }) => graph)),
  ])];
}

interface Listener extends HostPorts {
  readonly route: Route;
  readonly tenant: Tenant;
  readonly protocol: string;
  /** `undefined`: every address of the host. */
  readonly address: string | undefined;
}

function portConflicts(tenants: readonly Tenant[]): Problem[] {
  const listeners = tenants.flatMap(tenant => tenant.graph.routes.map((route): Listener => {
    const { to, reach } = route.spec;
    const { protocol } = to.workload.spec.ports[to.portName]!;
    return { ...hostPorts(tenant.graph, route), route, tenant, protocol, address: reach === 'public' ? undefined : tenant.loopback };
  }));
  return listeners.flatMap((one, i): Problem[] => {
    const other = listeners.slice(0, i).findLast(earlier => meet(one, earlier));
    if (!other) return [];
    const { to } = one.route.spec;
    const movable = portVariable(one.tenant.graph.name(to.workload), to.portName);
    const ownAddress = one.address === undefined || other.address === undefined ? '' : ", give one of the stacks an address of its own (new Compose({ loopback: '127.0.0.2' }))";
    return [{
      code: 'port-conflict', at: pathOf(one.route),
      what: `it publishes port ${portText(one)}, as ${pathOf(other.route)} does on the same host`,
      fix: other.tenant === one.tenant
        ? 'publish one of them under another number'
        : `publish one of them under another number (for one start: ${movable}=…)${ownAddress}, ${ELSEWHERE}`,
    }];
  });
}

function meet(one: Listener, other: Listener): boolean {
  return one.protocol === other.protocol && one.first <= other.last && other.first <= one.last
    && (one.address === undefined || other.address === undefined || one.address === other.address);
}

/** An engine knows an image by its tag alone, and so does a registry, for all hosts: whoever builds it last replaces it for all. */
function imageConflicts(tenants: readonly Tenant[]): Problem[] {
  const seen = new Map<string, { readonly workload: Workload; readonly graph: Graph }>();
  return tenants.flatMap(({ graph, host, registry }) => graph.workloads.flatMap((workload): Problem[] => {
    const { image, image: { build } } = workload.spec;
    const reference = imageOf(image, registry);
    const isShared = registry !== undefined && build !== undefined;
    const key = isShared ? reference : `${host} ${reference}`;
    const other = seen.get(key);
    if (!other) seen.set(key, { workload, graph });
    // Within a stack, one name is one build in any case.
    if (!other || other.graph === graph || isSame(build, other.workload.spec.image.build)) return [];
    return [{
      code: 'image-conflict', at: pathOf(workload),
      what: `its image ${reference} is not the one that ${pathOf(other.workload)} has under this name ${isShared ? 'in the registry' : 'on the same host'}: whichever is built last replaces the other`,
      fix: `give one of them another name or version, ${isShared ? 'or another registry: new Compose({ registry: … })' : ELSEWHERE}`,
    }];
  }));
}

function isSame(one: Build | undefined, other: Build | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Folders of the project that more than one stack may write to, or to a folder within. */
function sourceConflicts(graphs: readonly Graph[]): Problem[] {
  const writers = graphs.flatMap(graph => graph.workloads.flatMap(workload => workload.spec.mounts.flatMap(mount => ('source' in mount && !mount.readOnly ? [{ graph, workload, source: mount.source }] : []))));
  return writers.flatMap(({ graph, workload, source }, i): Problem[] => {
    const other = writers.slice(0, i).find(earlier => earlier.graph !== graph && (`${source}/`.startsWith(`${earlier.source}/`) || `${earlier.source}/`.startsWith(`${source}/`)));
    if (!other) return [];
    return [{
      code: 'source-conflict', at: pathOf(workload),
      what: `it may write to the project's folder ${source}, as ${pathOf(other.workload)} may${other.source === source ? '' : ` to ${other.source}`} on the same host: what one of the stacks writes, the other reads`,
      fix: `mount it with readOnly: true in one of them, ${ELSEWHERE}`,
    }];
  });
}

const NAMED = { services: 'container', volumes: 'volume', networks: 'network' } as const;

/** Names that a patch gives, in place of those that begin with the project's. What is `external` is shared on purpose. */
function nameConflicts(tenants: readonly Tenant[]): Problem[] {
  const seen = new Map<string, { readonly document: Document; readonly tenant: Tenant }>();
  return tenants.flatMap(tenant => tenant.documents.flatMap((document): Problem[] => {
    const what = NAMED[document.kind as keyof typeof NAMED] as string | undefined;
    const { name, external, container_name: container } = document.body as { readonly name?: string; readonly external?: unknown; readonly container_name?: string };
    const given = document.kind === 'services' ? container : name;
    if (!what || given === undefined || external) return [];
    const other = seen.get(`${what} ${given}`);
    seen.set(`${what} ${given}`, { document, tenant });
    if (!other) return [];
    return [{
      code: 'name-conflict', at: pathOf(document.source),
      what: `its ${what} would be called '${given}', as that of ${pathOf(other.document.source)} on the same host`,
      fix: other.tenant === tenant ? 'patch another name into one of them' : `leave the name to Compose, which begins it with the project's, ${ELSEWHERE}`,
    }];
  }));
}
