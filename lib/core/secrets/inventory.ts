import { pathOf, type Problem, type Secret, type SecretOrigin } from '../../model';
import { secretKeysOf, secretOf, type Graph } from '../graph';
import { variableName } from '../names';

/** One key of one secret: a file `<secret>/<key>` in the folder with the values. */
export interface SecretEntry {
  readonly secret: Secret;
  /** The name of the secret on every target, and of its folder. */
  readonly name: string;
  readonly key: string;
  /** `postgres-credentials/password` */
  readonly path: string;
  readonly origin: SecretOrigin;
  /** The variable that Compose reads the value from, where a workload has it in its environment. */
  readonly variable: string | undefined;
  /** Whether a workload mounts it. */
  readonly mounted: boolean;
  /** The names of the images whose builds read it. */
  readonly builds: readonly string[];
}

export const CERTIFICATE = 'tls.crt';
export const PRIVATE_KEY = 'tls.key';

/** Every key that a stack declares, in the order of the program. */
export function inventoryOf(graph: Graph): readonly SecretEntry[] {
  const asVariable = new Set<string>();
  const asFile = new Set<string>();
  const inBuilds = new Map<string, Set<string>>();
  for (const workload of graph.workloads) {
    for (const { secret, name } of secretKeysOf(workload)) asVariable.add(idOf(secret, name));
    for (const mount of workload.spec.mounts) {
      const shown = secretOf(mount);
      for (const key of shown?.keys ?? []) asFile.add(idOf(shown!.secret, key));
    }
    const { build } = workload.spec.image;
    for (const { secret, name } of Object.values(build?.secrets ?? {})) {
      const id = idOf(secret, name);
      inBuilds.set(id, (inBuilds.get(id) ?? new Set()).add(build!.name));
    }
  }
  return graph.secrets.flatMap(secret => Object.entries(secret.spec.keys).map(([key, origin]): SecretEntry => {
    const name = graph.name(secret);
    const id = idOf(secret, key);
    return { secret, name, key, path: `${name}/${key}`, origin, variable: asVariable.has(id) ? variableName(name, key) : undefined, mounted: asFile.has(id), builds: [...inBuilds.get(id) ?? []] };
  }));
}

function idOf(secret: Secret, key: string): string {
  return `${secret.node.path}/${key}`;
}

/** Entries by secret. */
export function bySecret(entries: readonly SecretEntry[]): readonly (readonly SecretEntry[])[] {
  const groups = new Map<string, SecretEntry[]>();
  for (const entry of entries) groups.set(entry.name, [...(groups.get(entry.name) ?? []), entry]);
  return [...groups.values()];
}

/** Whether nothing but builds reads it: it never leaves the folder of whoever builds. */
export function isForBuilds({ builds, variable, mounted }: SecretEntry): boolean {
  return builds.length > 0 && !variable && !mounted;
}

/** What a cluster is given: the secrets that some workload refers to, without what is for builds. */
export function clusterSecrets(graph: Graph): readonly (readonly SecretEntry[])[] {
  return bySecret(inventoryOf(graph).filter(entry => !isForBuilds(entry))).filter(entries => entries.some(({ variable, mounted }) => variable || mounted));
}

/** Whether the keys are a certificate and its private key, which belong together. */
export function isPair(entries: readonly SecretEntry[]): boolean {
  return [CERTIFICATE, PRIVATE_KEY].every(key => entries.some(entry => entry.key === key));
}

/** The variable whose change makes Compose recreate what mounts the secret. */
export function revisionVariable(secretName: string): string {
  return variableName(secretName, 'REVISION');
}

/** Two values behind one variable: `a-b`, `c` and `a`, `b-c` are both `A_B_C`. */
export function variableProblems(graph: Graph): Problem[] {
  const owners = new Map<string, string>();
  const entries = inventoryOf(graph);
  for (const { name, mounted } of entries) if (mounted) owners.set(revisionVariable(name), `the revision of ${name}`);
  return entries.flatMap(({ secret, variable, path }): Problem[] => {
    if (!variable) return [];
    const other = owners.get(variable);
    owners.set(variable, path);
    if (!other) return [];
    return [{ code: 'secret-variable-collision', at: pathOf(secret), what: `its key ${path} would be the variable ${variable}, which already carries ${other}`, fix: 'give the secret or its key another name' }];
  });
}
