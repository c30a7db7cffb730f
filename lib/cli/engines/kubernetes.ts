import { dump } from 'js-yaml';
import type { Graph } from '../../core/graph';
import { secretManifests, type HeldSecrets } from '../../core/secrets';
import type { Stack } from '../../core/stack';
import { SynthesisError } from '../../core/synthesis';
import type { Document } from '../../core/target';
import type { Route } from '../../model';
import { complain } from '../terminal';
import { addressOf, hostOf } from './address';
import type { Engine } from './engine';
import { jobsDone } from './jobs';
import { ask, run } from './run';

/** Kinds that hold no data, as `kubectl api-resources` names them. Claims, namespaces and Secrets stay. Every cluster has these. */
const BUILT_IN = [
  'deployments.apps', 'statefulsets.apps', 'jobs.batch', 'cronjobs.batch', 'services', 'configmaps', 'serviceaccounts', 'networkpolicies.networking.k8s.io', 'ingresses.networking.k8s.io',
  'poddisruptionbudgets.policy', 'horizontalpodautoscalers.autoscaling',
];
/** Not every cluster knows these. */
const ADDED = [
  'certificates.cert-manager.io', 'httproutes.gateway.networking.k8s.io', 'prometheusrules.monitoring.coreos.com', 'servicemonitors.monitoring.coreos.com',
];
const ROLLED_OUT = ['Deployment', 'StatefulSet'];

/** The cluster that kubectl's current context names. */
export const kubernetesEngine: Engine = {
  builds: false,
  sayWhere() {
    const context = ask(['kubectl', 'config', 'current-context'], () => true).trim();
    complain(context === '' ? '→ in the cluster that kubectl finds without a context\n' : `→ in the cluster of kubectl's context ${context}\n`);
  },
  held: secretsIn,
  async up({ graph, target, documents, folder, secrets, kept }) {
    const { stack } = graph;
    for (const command of target.next(folder, graph).filter(line => line.startsWith('docker '))) complain(`! the cluster must have the image; if it was not pushed yet: ${command}\n`);
    const { manifests, problems } = secretManifests(graph, secrets, kept);
    if (problems.length > 0) throw new SynthesisError(problems);
    // By the manager that kubectl itself is: who applied the folder by hand before has no conflicts now, nor the other way round.
    const apply = ['kubectl', 'apply', '--server-side', '-f'] as const;
    const namespace = documents.filter(({ kind }) => kind === 'Namespace').map(({ body }) => body);
    if (namespace.length > 0) await run([...apply, '-'], { input: namespace.map(body => dump(body)).join('---\n') });
    // By the server: the client would write the values into an annotation as well.
    if (manifests.length > 0) await run([...apply, '-'], { input: manifests.map(manifest => dump(manifest, { lineWidth: -1 })).join('---\n') });
    await run([...apply, folder]);
    const stale = staleObjects(stack, documents);
    if (stale.length > 0) await run(['kubectl', '--namespace', stack.projectName, 'delete', ...stale]);
    await jobsDone(graph, documents);
    for (const { kind, name } of documents.filter(document => ROLLED_OUT.includes(document.kind))) {
      await run(['kubectl', '--namespace', stack.projectName, 'rollout', 'status', '--timeout', '10m', `${kind.toLowerCase()}/${name}`]);
    }
    return graph.routes.map(route => `${graph.name(route.spec.to.workload)}: ${wayTo(route, graph, documents)}`);
  },
  async down(stack, { volumes }) {
    await run(['kubectl', '--namespace', stack.projectName, 'delete', [...prunedKinds(), ...(volumes ? ['persistentvolumeclaims'] : [])].join(), '--selector', selectorOf(stack), '--ignore-not-found']);
  },
};

/** Before the first start there is not even the namespace. */
function secretsIn({ projectName }: Stack): HeldSecrets {
  const lines = ask(['kubectl', '--namespace', projectName, 'get', 'secrets', '--output', KEYS], ({ stderr }) => stderr.includes('(NotFound)')).split('\n').filter(line => line !== '');
  return new Map(lines.map(line => line.split(' ')).map(([name, ...keys]) => [name!, keys]));
}

/** `db-credentials password`: no value is shown. */
const KEYS = 'go-template={{range .items}}{{.metadata.name}}{{range $key, $value := .data}} {{$key}}{{end}}{{"\\n"}}{{end}}';

/** Controllers have ports of their own, and may end TLS; a load balancer has the route's. */
function wayTo(route: Route, graph: Graph, documents: readonly Document[]): string {
  const { to, published, reach, protocol } = route.spec;
  const service = graph.name(to.workload);
  if (reach === 'host') return `kubectl --namespace ${graph.stack.projectName} port-forward service/${service} ${published}:${to.port}`;
  const controlled = documents.find(({ source, kind }) => source === route && CONTROLLED.includes(kind));
  const host = hostOf(route);
  if (!controlled) return host ? addressOf(protocol, host, published) : `the address of its load balancer, port ${published}`;
  const scheme = (controlled.body as WithTls).spec.tls ? 'https' : 'http';
  return host ? `${scheme}://${host}/` : `${scheme}, at the address of the controller of its ${controlled.kind}`;
}

const CONTROLLED = ['Ingress', 'HTTPRoute'];
interface WithTls { readonly spec: { readonly tls?: unknown } }

interface Named { readonly metadata: { readonly name: string } }

function selectorOf({ projectName }: Stack): string {
  return `app.kubernetes.io/instance=${projectName},app.kubernetes.io/managed-by=compose8s`;
}

/**
 * Those that the cluster knows. An extension of its API that is out of order, such as one for metrics, makes kubectl fail,
 * after it has named all others.
 */
function prunedKinds(): readonly string[] {
  const known = new Set(ask(['kubectl', 'api-resources', '--namespaced', '--verbs', 'list,delete', '--output', 'name'], ({ stdout, stderr }) => {
    const isEnough = BUILT_IN.every(kind => stdout.split('\n').includes(kind));
    if (isEnough) complain(`! a part of the cluster's API does not answer, and objects of its kinds stay as they are:\n${stderr.trim().replace(/^/gm, '  ')}\n`);
    return isEnough;
  }).split('\n'));
  return [...BUILT_IN, ...ADDED].filter(kind => known.has(kind));
}

/**
 * What a former release has left. kubectl's own pruning looks for an annotation that objects applied by the server lack.
 * Objects of Jobs and Deployments are made by these, and have other labels or an owner that goes with them.
 */
function staleObjects(stack: Stack, documents: readonly Document[]): string[] {
  // The name in the document itself: a release's Job has another in each release.
  const wanted = new Set(documents.map(({ kind, body }) => `${kind}/${(body as Named).metadata.name}`));
  const there = ask(['kubectl', '--namespace', stack.projectName, 'get', prunedKinds().join(), '--selector', selectorOf(stack), '--output', OWNERLESS]).split('\n').filter(line => line !== '');
  return there.map(line => line.split(' ')).flatMap(([object, owner]) => (object && !owner && !wanted.has(object) ? [object] : []));
}

/** `Deployment/web`, and the owner where there is one: the Job of a CronJob goes by itself. */
const OWNERLESS = 'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.ownerReferences[*].name}{"\\n"}{end}';
