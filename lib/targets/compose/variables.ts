import type { Construct } from 'constructs';
import { secretKeysOf, secretOf, type Graph } from '../../core/graph';
import { revisionVariable } from '../../core/secrets/inventory';
import { pathOf, type Problem } from '../../model';
import type { Dialect } from './dialect';
import { portVariable } from './published';
import { cpuVariable } from './services';

/** Two meanings of one variable: `web-http`, `port` as a secret and the port `http` of `web` are both `WEB_HTTP_PORT`. */
export function variableConflicts(graph: Graph, dialect: Dialect): Problem[] {
  const owners = new Map<string, { readonly id: string; readonly what: string }>([
    ['SECRETS_DIR', { id: '', what: 'the folder with the secrets' }],
    ['PROJECT_DIR', { id: '', what: 'the folder of the project' }],
  ]);
  const problems: Problem[] = [];
  const claim = (name: string, construct: Construct, what: string, fix: string) => {
    const owner = owners.get(name);
    const id = `${construct.node.path} ${what}`;
    if (!owner) owners.set(name, { id, what });
    else if (owner.id !== id) problems.push({ code: 'variable-collision', at: pathOf(construct), what: `the variable ${name} would be ${what}, and is already ${owner.what}`, fix });
  };
  for (const workload of graph.workloads) claim(cpuVariable(graph.name(workload)), workload, `the most CPUs of ${graph.name(workload)}`, 'give the construct another id');
  for (const route of graph.routes) {
    const { workload, portName } = route.spec.to;
    claim(portVariable(graph.name(workload), portName), route, `the port ${portName} of ${graph.name(workload)}, published at ${route.spec.published}`, 'publish the port once, or give it another name');
  }
  for (const workload of graph.workloads) {
    for (const key of secretKeysOf(workload)) claim(dialect.variable(key), key.secret, `the key ${key.name} of ${graph.name(key.secret)}`, 'give the secret another id, or its key another name');
    for (const mount of workload.spec.mounts) {
      const secret = secretOf(mount)?.secret;
      if (secret) claim(revisionVariable(graph.name(secret)), secret, `the revision of ${graph.name(secret)}`, 'give the secret another id');
    }
  }
  return problems;
}
