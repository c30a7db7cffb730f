import type { IConstruct } from 'constructs';
import { builtImages, buildFiles } from '../../core/build-context';
import type { Graph } from '../../core/graph';
import { graphProblems } from '../../core/graph-problems';
import type { Operations } from '../../core/operations';
import { sha256 } from '../../core/output';
import { Patches } from '../../core/patches';
import { registryFaults } from '../../core/registry';
import { clusterSecrets } from '../../core/secrets/inventory';
import { shellWord } from '../../core/shell';
import { SynthesisError } from '../../core/synthesis';
import { Findings, type Connection, type Document, type OutputFile, type Rendering, type RunningImage, type Target } from '../../core/target';
import { yaml } from '../../core/yaml';
import { isPrimitive, pathOf, problemsBelow, type AlertRules, type Certificate, type Config, type Kind, type Metrics, type Route, type Secret, type Volume, type Workload } from '../../model';
import { certificateDocuments } from './certificates';
import { document, fileOf, labelsOf, type ClusterDns, type Context, type Expose, type PrometheusOperator } from './context';
import { Dialect } from './dialect';
import { buildCommands, imagesOf, isPushable, pullSecretFaults } from './images';
import { kubernetesOperations } from './operations';
import { alertRulesDocuments, metricsDocuments } from './operator';
import { outsideOnKubernetes } from './outside';
import { Plan } from './plan';
import { DENY_ALL, denyAll } from './policies';
import { reachOnKubernetes } from './reach';
import { controllerDocuments, routeDocuments } from './routes';
import { configDocuments, volumeDocuments } from './storage';
import type { Manifests } from './types';
import { uniquenessProblems } from './uniqueness';
import { kubernetesWeaknesses } from './weaknesses';
import { workloadDocuments } from './workloads';

export type { ClusterDns, Expose, PrometheusOperator } from './context';
export type { Manifests } from './types';

/** What a {@link Kubernetes} target needs to know of its cluster. */
export interface KubernetesProps {
  /** Registry and folder for built images that name none: `registry.example/team`. Default: none; the nodes must have those images loaded. */
  readonly registry?: string;
  /**
   * The names of Secrets by which nodes may pull images from private registries: `imagePullSecrets` of all pods. Each must be in
   * the namespace, and no manifest makes it: `kubectl create secret docker-registry ghcr --docker-server=ghcr.io …`. Default:
   * none; the nodes themselves may pull.
   */
  readonly pullSecrets?: readonly string[];
  /** How public routes come in. Default: load balancers. */
  readonly expose?: Expose;
  /** The Prometheus Operator that the cluster has: it watches the stack in place of the stack's own Prometheus. Default: none. */
  readonly operator?: PrometheusOperator;
  /**
   * The name service that every pod may ask, besides a NodeLocal DNSCache. Default: CoreDNS or kube-dns, as most clusters have it.
   * OpenShift: `{ namespace: 'openshift-dns', podLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' }, port: 5353 }`.
   */
  readonly dns?: ClusterDns;
}

const patches = new Patches(kubernetesWeaknesses);

/** Emits the manifests of one namespace, for clusters from version 1.30 on. */
export class Kubernetes implements Target {
  readonly name = 'kubernetes';
  private readonly registry: string | undefined;
  private readonly pullSecrets: readonly string[];
  private readonly expose: Expose;
  private readonly operator: PrometheusOperator | undefined;
  private readonly dns: ClusterDns;

  constructor({ registry, pullSecrets = [], expose = { kind: 'load-balancer' }, operator, dns = {} }: KubernetesProps = {}) {
    this.registry = registry;
    this.pullSecrets = pullSecrets;
    this.expose = expose;
    this.operator = operator;
    this.dns = dns;
  }

  /**
   * Edits the manifests of a kind that a construct, and all within it, becomes. An edit gets each manifest, with its name; that
   * of a Job gets its hash later. Each edit is noted, and what is weaker by it.
   */
  static of(construct: IConstruct) {
    return {
      patch<K extends keyof Manifests>(kind: K, edit: (manifest: Manifests[K], name: string) => Manifests[K]): void {
        patches.add(construct, kind, edit);
      },
    };
  }

  render(graph: Graph): Rendering {
    const findings = new Findings(this.name, pathOf);
    const context: Context = { graph, findings, plan: new Plan(graph, this.operator ? ['certificate-controller', 'monitoring'] : ['certificate-controller']), dialect: new Dialect(graph), expose: this.expose, operator: this.operator, dns: this.dns, registry: this.registry, pullSecrets: this.pullSecrets };
    for (const fault of [...registryFaults(this.registry), ...pullSecretFaults(this.pullSecrets)]) findings.problem(graph.stack, fault);
    const documents = [
      ...stackDocuments(context),
      ...[...graph.workloads, ...graph.volumes, ...graph.configs, ...graph.secrets, ...graph.certificates, ...graph.routes, ...graph.metrics, ...graph.alertRules]
        .flatMap(primitive => (HANDLERS[primitive.kind] as (p: typeof primitive, c: Context) => Document[])(primitive, context)),
      ...graph.apiObjects.map((object): Document => ({ source: object, path: fileOf(graph, object), kind: object.kind, name: object.name, body: ofTheStack(object.toJson() as Own, graph.stack.projectName) })),
    ];
    const files = new Map<string, OutputFile>();
    for (const built of builtImages(graph)) {
      const { files: own, faults } = buildFiles(built);
      for (const [path, file] of own) files.set(path, file);
      for (const fault of faults) findings.problem(built.workloads[0]!, fault);
      if (!isPushable(built.image, this.registry)) {
        findings.note(built.workloads[0]!, 'image', 'approximated', `no registry is named for ${built.image.reference}: the nodes must have it loaded, or name one: new Kubernetes({ registry: … })`);
      }
    }
    const patched = patches.apply(documents, graph.stack, findings).map(releaseNamed);
    for (const { at, fault } of uniquenessProblems(patched)) findings.problem(at, fault);
    return { documents: patched, files, notes: findings.notes, problems: findings.problems };
  }

  print(documents: readonly Document[], graph: Graph): ReadonlyMap<string, OutputFile> {
    const head = `# ${graph.stack.node.path}: made by compose8s from the stack's program. Changes belong there.\n`;
    const byPath = new Map<string, Document[]>();
    for (const one of documents) {
      const known = byPath.get(one.path);
      if (known) known.push(one);
      else byPath.set(one.path, [one]);
    }
    return new Map([...byPath].map(([path, own]) => [path, { text: head + yaml(...[...own].sort((a, b) => rank(a) - rank(b)).map(({ body }) => body)) }]));
  }

  next(folder: string, graph: Graph): readonly string[] {
    return [
      ...buildCommands(graph, folder, this.registry),
      // By the server: the client would write the values into an annotation as well.
      ...(clusterSecrets(graph).length > 0 ? [`kubectl apply --server-side -f ${shellWord(`${folder}/${NAMESPACE_FILE}`)}`, `npx compose8s secrets kubernetes ${graph.stack.node.path} | kubectl apply --server-side -f -`] : []),
      `kubectl apply --server-side -f ${shellWord(folder)}`,
    ];
  }

  operations(graph: Graph, documents: readonly Document[]): Operations {
    return kubernetesOperations(graph, documents, this.registry, this.pullSecrets);
  }

  reach(documents: readonly Document[]): readonly Connection[] {
    return reachOnKubernetes(documents);
  }

  outside(documents: readonly Document[]): readonly Connection[] {
    return outsideOnKubernetes(documents);
  }

  images(documents: readonly Document[], graph: Graph): readonly RunningImage[] {
    return imagesOf(documents, graph, this.registry);
  }

  manifests(graph: Graph): readonly object[] {
    const problems = [...problemsBelow(graph.stack), ...graphProblems(graph)];
    if (problems.length > 0) throw new SynthesisError(problems);
    const rendering = this.render(graph);
    if (rendering.problems.length > 0) throw new SynthesisError(rendering.problems);
    return rendering.documents.map(({ body }) => body);
  }
}

const NAMESPACE_FILE = '00-namespace.yaml';

/** The order within a file: what others need comes first. */
const ORDER = ['ServiceAccount', 'ConfigMap', 'PersistentVolumeClaim', 'Certificate', 'Service', 'Job', 'StatefulSet', 'Deployment', 'CronJob'];

function rank({ kind }: Document): number {
  const place = ORDER.indexOf(kind);
  return place < 0 ? ORDER.length : place;
}

interface Primitives { workload: Workload; volume: Volume; secret: Secret; config: Config; route: Route; certificate: Certificate; metrics: Metrics; 'alert-rules': AlertRules }

const HANDLERS: { readonly [K in Kind]: (primitive: Primitives[K], context: Context) => Document[] } = {
  workload: workloadDocuments,
  volume: volumeDocuments,
  config: configDocuments,
  // Only references to secrets are emitted; what they were changed to shows in the pods that use them.
  secret: ({ spec: { keys: _keys, revision: _revision, ...rest } }) => {
    rest satisfies Record<string, never>;
    return [];
  },
  certificate: certificateDocuments,
  route: routeDocuments,
  metrics: metricsDocuments,
  'alert-rules': alertRulesDocuments,
};

interface Own { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } }

/** With the labels by which `up` finds what a former release has left, and `down` what is there. */
function ofTheStack(body: Own, name: string): object {
  return { ...body, metadata: { ...body.metadata, labels: { ...body.metadata?.labels, 'app.kubernetes.io/instance': name, 'app.kubernetes.io/managed-by': 'compose8s' } } };
}

/** What belongs to the stack as a whole, and what no manifest can say of its workloads. */
function stackDocuments(context: Context): Document[] {
  const { graph, graph: { stack, workloads }, plan, findings } = context;
  const name = stack.projectName;
  if (workloads.length > 0) {
    findings.note(stack, 'processes', 'left-out', 'the number of processes is limited by each node for all pods alike (podPidsLimit of the kubelet)', 'default');
    findings.note(stack, 'logs', 'left-out', 'logs are rotated by each node for all containers alike (containerLogMaxSize and containerLogMaxFiles of the kubelet)', 'default');
  }
  const kept = workloads.filter(workload => !plan.isLeftOut(workload));
  if (kept.some(workload => graph.waits(workload).some(({ on, until }) => until === 'healthy' && kept.includes(on)))) {
    findings.note(stack, 'start order', 'approximated', 'all pods start at once: one that needs another which is not there yet is not ready until it is, or ends and is started again, with growing pauses', 'default');
  }
  if (clusterSecrets(graph).length > 0) {
    findings.note(stack, 'secrets', 'approximated', `a changed value alone starts nothing anew: give the secret another revision, or restart what uses it with: kubectl --namespace ${name} rollout restart deployment/<name>`, 'default');
  }
  const restricted = ['enforce', 'warn', 'audit'].map(mode => [`pod-security.kubernetes.io/${mode}`, 'restricted']);
  return [
    document(context, stack, 'Namespace', name, {
      metadata: { name, labels: { ...labelsOf(context, name), ...Object.fromEntries(restricted) } },
    }, NAMESPACE_FILE),
    document(context, stack, 'NetworkPolicy', DENY_ALL, denyAll(context), 'network-policies.yaml'),
    ...controllerDocuments(context),
  ];
}

/**
 * A Job cannot be changed once it runs: its name carries a hash of its pods, so that another release is another Job.
 * Taken last, since a patch may change the pods.
 */
function releaseNamed(one: Document): Document {
  if (one.kind !== 'Job' || !isPrimitive(one.source)) return one;
  const { metadata, spec, ...rest } = one.body as Manifests['Job'];
  const hash = sha256(JSON.stringify(spec.template)).slice(0, 10);
  const body = { ...rest, metadata: { ...metadata, name: `${metadata.name}-${hash}` }, spec };
  return { ...one, body };
}
