import { pathOf, type Problem } from '../../model';
import { dnsLabel } from '../names';
import type { Graph } from '../graph';
import type { Stack } from '../stack';
import type { SecretsFolder } from './folder';
import { clusterSecrets, isPair, type SecretEntry } from './inventory';
import { hasValue, valueIn } from './values';

/** A Secret as the API server takes it. */
export interface SecretManifest {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly type: 'Opaque' | 'kubernetes.io/tls';
  /** In Base64, so that any value survives. */
  readonly data: Readonly<Record<string, string>>;
}

/**
 * The Secrets that some workload refers to, with their values; and what is missing for them to be complete.
 * @param kept those that stay as the cluster has them, by name. Default: none.
 */
export function secretManifests(graph: Graph, folder: SecretsFolder, kept: ReadonlySet<string> = new Set()): { readonly manifests: readonly SecretManifest[]; readonly problems: readonly Problem[] } {
  const referred = clusterSecrets(graph).filter(([entry]) => !kept.has(entry!.name));
  const problems = referred.flat().filter(({ path }) => !hasValue(folder.read(path))).map(({ path, secret, origin }): Problem => ({
    code: 'secret-missing', at: pathOf(secret), what: `there is no value in ${folder.display(path)}`,
    fix: origin.kind === 'given' ? `put it there: ${origin.hint}` : `run: npx compose8s secrets init ${graph.stack.node.path}; if the cluster has a value already, copy that one first, or the new one takes its place`,
  }));
  return { manifests: problems.length > 0 ? [] : referred.map(entries => manifestOf(entries, graph, folder)), problems };
}

function manifestOf(entries: readonly SecretEntry[], { stack }: Graph, folder: SecretsFolder): SecretManifest {
  const isCertificate = entries.length === 2 && isPair(entries);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: entries[0]!.name, namespace: stack.projectName, labels: labelsOf(stack, entries[0]!.name) },
    type: isCertificate ? 'kubernetes.io/tls' : 'Opaque',
    data: Object.fromEntries(entries.map(({ key, path }) => [key, valueIn(folder.read(path)!).toString('base64')])),
  };
}

/** As every other object of the stack has them. */
function labelsOf({ system, projectName }: Stack, name: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': projectName,
    'app.kubernetes.io/part-of': dnsLabel(system),
    'app.kubernetes.io/managed-by': 'compose8s',
  };
}
