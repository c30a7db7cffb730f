import type { Graph } from '../../core/graph';
import { bySecret, inventoryOf, revisionVariable, type SecretEntry } from '../../core/secrets/inventory';
import type { SecretOrigin } from '../../model';
import { defaultSecretsFolder, type Context } from './context';
import { hostPorts, portText } from './ports';
import { portVariable } from './published';
import { cores, cpuVariable } from './services';

/** The template of `.env`: every variable that `compose.yaml` reads, what it means, what it is by itself, and how values of secrets are made. */
export function envExample(context: Context): string {
  const { graph } = context;
  const stack = graph.stack.node.path;
  const lines = [
    `# ${stack}: what can be set here. Copy this file to .env and change what differs; nothing has to be.`,
  ];
  if (graph.secrets.length > 0) {
    lines.push(
      '', `# The folder with the secrets, absolute or seen from here. Made by: npx compose8s secrets init ${stack}`,
      `#SECRETS_DIR=${defaultSecretsFolder(graph)}`,
    );
  }
  if (mountsSources(graph)) {
    lines.push('', '# The folder of the project, whose sources are mounted for hot reload.', '#PROJECT_DIR=../../../..');
  }
  lines.push(...portLines(context));
  lines.push('', '# The most CPUs of each service. Docker refuses more than this host has.');
  for (const workload of graph.workloads) lines.push(`#${cpuVariable(graph.name(workload))}=${cores(workload.spec.resources.cpu.limit)}`);
  if (graph.secrets.length > 0) {
    lines.push('', '# Secrets are not set here. Each is a file in the folder with the secrets; what programs read from their environment, and what', `# tells Compose that a value has changed, is in the file .env there: npx compose8s secrets init ${stack}`);
    for (const secret of bySecret(inventoryOf(graph))) lines.push(...secretLines(secret));
  }
  return `${lines.join('\n')}\n`;
}

function portLines({ graph, loopback }: Context): string[] {
  return graph.routes.flatMap(route => {
    const { to, reach } = route.spec;
    const name = graph.name(to.workload);
    const ports = hostPorts(graph, route);
    const whose = reach === 'public' ? 'open to all' : loopback === '127.0.0.1' ? 'for this host only' : `for this host only, at ${loopback}`;
    const which = ports.first === ports.last ? `The port of ${name} (${to.portName}) on this host` : `The ports of ${name} (${to.portName}) on this host, one for each replica`;
    return ['', `# ${which}, ${whose}.`, `#${portVariable(name, to.portName)}=${portText(ports)}`];
  });
}

function secretLines(entries: readonly SecretEntry[]): string[] {
  return [
    ...entries.flatMap(({ path, origin, variable, builds }) => [`#   ${path}: ${howMade(origin)}`, ...(variable ? [`#     ${variable}`] : []), ...(builds.length > 0 ? [`#     read by the build of ${builds.join(', ')}`] : [])]),
    ...(entries.some(({ mounted }) => mounted) ? [`#     ${revisionVariable(entries[0]!.name)}`] : []),
  ];
}

function howMade(origin: SecretOrigin): string {
  switch (origin.kind) {
    case 'password': return `made, ${origin.length} random characters`;
    case 'hex': return `made, ${origin.bytes} random bytes in hexadecimal`;
    case 'self-signed': return `made, for ${origin.hosts.join(', ')}, signed by itself`;
    // Not the hint: that is no place for a value, but somebody may take it for one.
    case 'given': return `put into this file by you${origin.what === undefined ? '' : `: ${origin.what}`}; the command says where it comes from`;
  }
}

/** Whether some workload sees a folder of the project. */
export function mountsSources(graph: Graph): boolean {
  return graph.workloads.some(({ spec: { mounts } }) => mounts.some(mount => 'source' in mount));
}
