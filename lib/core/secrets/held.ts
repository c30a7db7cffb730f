import { pathOf, type Problem } from '../../model';
import type { Graph } from '../graph';
import type { SecretsFolder } from './folder';
import { bySecret, inventoryOf, isForBuilds, type SecretEntry } from './inventory';

/** What a cluster holds already: its Secrets by name, each with the names of its keys. */
export type HeldSecrets = ReadonlyMap<string, readonly string[]>;

export interface KeptSecrets {
  /** The names of those that the cluster has and of which the folder has no value: not to be made here, nor applied. */
  readonly kept: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/**
 * A new value in place of one that data was encrypted by, or that a database was made with, is the loss of both.
 * @param ask is called where a value is missing here, and else is not: not everybody may list Secrets.
 */
export function keptSecrets(graph: Graph, folder: SecretsFolder, ask: () => HeldSecrets): KeptSecrets {
  const kept = new Set<string>();
  const problems: Problem[] = [];
  const inventory = inventoryOf(graph).filter(entry => !isForBuilds(entry));
  const isHere = ({ path }: SecretEntry) => folder.state(path) === 'file';
  if (inventory.every(isHere)) return { kept, problems };
  const held = ask();
  for (const entries of bySecret(inventory)) {
    const { name } = entries[0]!;
    const there = held.get(name);
    if (!there) continue;
    if (entries.some(isHere)) {
      problems.push(...entries.filter(entry => !isHere(entry) && there.includes(entry.key)).map(entry => replacing(entry, graph, folder)));
    } else {
      kept.add(name);
      const lacking = entries.filter(({ key, variable, mounted }) => (variable || mounted) && !there.includes(key));
      if (lacking.length > 0) problems.push(incomplete(lacking, graph, folder));
    }
  }
  return { kept, problems };
}

function incomplete(lacking: readonly SecretEntry[], { stack }: Graph, folder: SecretsFolder): Problem {
  const { secret, name } = lacking[0]!;
  return {
    code: 'secret-held-incomplete', at: pathOf(secret),
    what: `the cluster's own ${name} has no ${lacking.map(({ key }) => key).join(', ')}, and ${folder.display(name)} has no value at all`,
    fix: `add what is missing where the cluster's own comes from (kubectl --namespace ${stack.projectName} edit secret ${name}), or put every value of it into ${folder.display(name)}`,
  };
}

function replacing({ secret, name, key, path }: SecretEntry, { stack }: Graph, folder: SecretsFolder): Problem {
  return {
    code: 'secret-held-elsewhere', at: pathOf(secret),
    what: `the cluster's own ${name} has a value of ${key}, and ${folder.display(name)} has others without it: a new one would take its place`,
    fix: `put the cluster's value into ${folder.display(path)}; if there is to be a new one, run: npx compose8s secrets init ${stack.node.path}`,
  };
}
