import { secretKeysOf, secretOf, type Graph } from '../../core/graph';
import { revisionVariable } from '../../core/secrets/inventory';
import { defaultSecretsFolder } from './context';
import type { Dialect } from './dialect';
import { cores, cpuVariable, portVariable } from './services';

/** The template of `.env`: every variable that `compose.yaml` reads, what it means, and what it is by itself. */
export function envExample(graph: Graph, dialect: Dialect): string {
  const lines = [
    `# ${graph.stack.node.path}: what can be set here. Copy this file to .env and change what differs; nothing has to be.`,
  ];
  if (graph.secrets.length > 0) {
    lines.push(
      '', '# The folder with the secrets, absolute or seen from here. Made by: npx compose8s secrets init ' + graph.stack.node.path,
      `#SECRETS_DIR=${defaultSecretsFolder(graph)}`,
    );
  }
  if (mountsSources(graph)) {
    lines.push('', '# The folder of the project, whose sources are mounted for hot reload.', '#PROJECT_DIR=../../../..');
  }
  for (const route of graph.routes) {
    const { to, published, reach } = route.spec;
    const name = graph.name(to.workload);
    lines.push('', `# The port of ${name} (${to.portName}) on this host, ${reach === 'public' ? 'open to all' : 'for this host only'}.`, `#${portVariable(name, to.portName)}=${published}`);
  }
  lines.push('', '# The most CPUs of each service. Docker refuses more than this host has.');
  for (const workload of graph.workloads) lines.push(`#${cpuVariable(graph.name(workload))}=${cores(workload.spec.resources.cpu.limit)}`);
  const variables = new Set(graph.workloads.flatMap(workload => [
    ...secretKeysOf(workload).map(key => dialect.variable(key)),
    ...workload.spec.mounts.flatMap(mount => secretOf(mount) ?? []).map(({ secret }) => revisionVariable(graph.name(secret))),
  ]));
  if (variables.size > 0) {
    lines.push('', '# Not here: these come from the file .env in the folder with the secrets.', ...[...variables].sort().map(name => `#   ${name}`));
  }
  return `${lines.join('\n')}\n`;
}

/** Whether some workload sees a folder of the project. */
export function mountsSources(graph: Graph): boolean {
  return graph.workloads.some(({ spec: { mounts } }) => mounts.some(mount => 'source' in mount));
}
