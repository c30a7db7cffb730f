import { loadAll } from 'js-yaml';
import { Kubernetes, printProblems, synthesize, type KubernetesProps, type Manifests, type OutputFile, type Stack } from '../../../lib';
import { manifestErrors, podIn, podSecurityErrors, type Pod, type PodContainer } from '../../support/manifests';
import { shop, textOf } from '../../support/stacks';

/** What a cluster gets of the stack `shop/dev`. */
export interface Cluster {
  /** `get('Deployment', 'web')`; without the hash in the names of Jobs. */
  readonly get: <K extends keyof Manifests>(kind: K, name: string) => Manifests[K];
  /** `Deployment/web`, for all that there is. */
  readonly all: readonly string[];
  readonly pod: (name: string) => Pod;
  /** The container that does the work. */
  readonly container: (name: string) => PodContainer;
  /** `web runs.restart: approximated`. */
  readonly notes: readonly string[];
  readonly files: ReadonlyMap<string, OutputFile>;
  readonly next: readonly string[];
}

const CONTROLLERS = ['Deployment', 'StatefulSet', 'Job', 'CronJob'] as const;

/** Read back from the printed files. Every manifest is valid by the schema, and every pod restricted. */
export function clusterOf(build: (stack: Stack) => void, props: KubernetesProps = {}): Cluster {
  const { emissions: [emission], problems } = synthesize(shop(build, { targets: [new Kubernetes(props)] }));
  if (problems.length > 0) throw new Error(printProblems(problems));
  const { files, rendering, target, graph } = emission!;
  const manifests = [...files.keys()].filter(path => path.endsWith('.yaml') && !path.includes('/')).flatMap(path => loadAll(textOf(files, path)) as Manifests[keyof Manifests][]);
  const errors = manifests.flatMap(manifest => [...manifestErrors(manifest), ...podSecurityErrors(podIn(manifest) ?? { containers: [] })]);
  if (errors.length > 0) throw new Error(errors.join('\n'));

  const byName = new Map(manifests.map(manifest => [`${manifest.kind}/${manifest.metadata.name.replace(manifest.kind === 'Job' ? /-[0-9a-f]{10}$/ : '', '')}`, manifest]));
  const get: Cluster['get'] = (kind, name) => {
    const found = byName.get(`${kind}/${name}`);
    if (!found) throw new Error(`no ${kind}/${name}; there are: ${[...byName.keys()].join(', ')}`);
    return found as never;
  };
  const pod = (name: string) => podIn(get(CONTROLLERS.find(kind => byName.has(`${kind}/${name}`)) ?? 'Deployment', name))!;
  return {
    get, pod, files, all: [...byName.keys()], container: name => pod(name).containers[0]!,
    notes: rendering.notes.map(({ at, field, outcome }) => `${at.replace('shop/dev/', '')} ${field}: ${outcome}`),
    next: target.next('out', graph),
  };
}

/** The problems of the stack `shop/dev` on a cluster, as they are printed. */
export function clusterProblems(build: (stack: Stack) => void, props: KubernetesProps = {}): string {
  return printProblems(synthesize(shop(build, { targets: [new Kubernetes(props)] })).problems);
}

/** What puts a pod on the node of these, of whom it is one, since they share claims. */
export function onOneNode(...names: readonly string[]) {
  const labelSelector = { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: names }] };
  return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey: 'kubernetes.io/hostname' }] } };
}
