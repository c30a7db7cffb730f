import { Cpu, Size, type SecretOrigin, type Volume, type Workload } from '../../model';
import { secretKeysOf, secretOf, type Graph } from '../graph';
import { codes, plain, table } from './markdown';
import type { Operations } from './operations';

/** Every workload: what it runs, where it listens, what it may use, what it keeps and knows. */
export function workloadTable(graph: Graph, operations: Operations): string {
  return table(['workload', 'runs', 'image', 'ports', 'limits', 'volumes', 'secrets'], graph.workloads.map(workload => [
    `\`${graph.name(workload)}\``,
    [runsOf(workload, operations), operations.kindOf(workload)].filter(Boolean).join('; '),
    `\`${operations.imageOf(workload)}\``,
    portsOf(graph, workload, operations),
    `${workload.spec.resources.cpu.limit}, ${workload.spec.resources.memory.limit}`,
    volumesOf(graph, workload),
    secretsOf(graph, workload),
  ]));
}

function runsOf(workload: Workload, { lasts, replicasOf }: Operations): string {
  const { runs } = workload.spec;
  switch (runs.kind) {
    case 'service': {
      const [least, most] = replicasOf(workload);
      const number = least === most ? `${most}` : `${least} to ${most}`;
      return number === '1' ? lasts(workload) : `${lasts(workload)}, ${number} of it`;
    }
    case 'release': return 'once per release';
    case 'schedule': return `at \`${runs.cron.expression}\` ${runs.cron.timeZone}`;
    case 'task': return 'by hand';
  }
}

function portsOf(graph: Graph, workload: Workload, { addressOf, place }: Operations): string {
  const routes = graph.routesTo(workload);
  // In a cluster nothing listens there before somebody forwards the port.
  const where = place === 'cluster' ? 'by port-forward' : 'on this machine';
  return Object.entries(workload.spec.ports).map(([name, { number, protocol }]) => {
    const ways = routes.filter(({ spec }) => spec.to.portName === name).map(route => (route.spec.reach === 'public' ? `${route.spec.published} for anyone` : `${addressOf(route)} ${where}`));
    return `${number}${protocol === 'udp' ? '/udp' : ''} (${[name, ...ways].join(', ')})`;
  }).join('<br>');
}

function volumesOf(graph: Graph, { spec: { mounts } }: Workload): string {
  return mounts.flatMap(mount => ('volume' in mount ? [`\`${graph.name(mount.volume)}\` at \`${mount.path}\`${mount.readOnly ? ', read only' : ''}`] : [])).join('<br>');
}

function secretsOf(graph: Graph, workload: Workload): string {
  const names = [...secretKeysOf(workload).map(({ secret }) => secret), ...workload.spec.mounts.flatMap(mount => secretOf(mount)?.secret ?? [])].map(secret => graph.name(secret));
  return [...new Set(names)].map(name => `\`${name}\``).join('<br>');
}

/** What there is of processors, memory and storage to be, for all of it at a time. */
export function sumsTable(graph: Graph, { replicasOf, keeps, place }: Operations): string {
  const sums = { cpu: [0, 0], memory: [0, 0] };
  const run = { cpu: 0, memory: 0 };
  for (const workload of graph.workloads) {
    const [least, most] = replicasOf(workload);
    const { cpu, memory } = workload.spec.resources;
    sums.cpu[0]! += least * cpu.request.millis;
    sums.cpu[1]! += most * cpu.limit.millis;
    sums.memory[0]! += least * memory.request.bytes;
    sums.memory[1]! += most * memory.limit.bytes;
    if (most > 0) continue;
    run.cpu = Math.max(run.cpu, cpu.limit.millis);
    run.memory = Math.max(run.memory, memory.limit.bytes);
  }
  const kept = graph.volumes.filter(keeps);
  const storage = kept.reduce((sum, { spec }) => sum + spec.size.bytes, 0);
  return table([`of the ${place}`, 'promised (requests)', 'at most (limits)', 'besides, while the largest job runs'], [
    ['processors', cores(sums.cpu[0]!), cores(sums.cpu[1]!), cores(run.cpu)],
    ['memory', bytes(sums.memory[0]!), bytes(sums.memory[1]!), bytes(run.memory)],
    ['storage', bytes(storage), '–', '–'],
  ]);
}

function cores(millis: number): string {
  return millis === 0 ? '–' : `${Cpu.millis(millis)}`;
}

function bytes(sum: number): string {
  if (sum === 0) return '–';
  const unit = ([[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB']] as const).find(([of]) => sum >= of);
  return unit ? `${Math.round((sum / unit[0]) * 100) / 100} ${unit[1]}` : `${Size.bytes(sum)}`;
}

export function volumeTable(graph: Graph, { keeps }: Operations): string {
  const fate = (volume: Volume) => (volume.spec.filledBy ? 'made anew at each release' : !keeps(volume) ? 'not used here' : volume.spec.disposable ? 'no, it may be lost' : 'yes');
  return table(['volume', 'asked for', 'used by', 'holds data that must last'], graph.volumes.map(volume => [
    `\`${graph.name(volume)}\``, `${volume.spec.size}`, graph.mountersOf(volume).map(workload => `\`${graph.name(workload)}\``).join(', '), fate(volume),
  ]));
}

export function secretTable(graph: Graph): string {
  return table(['secret', 'keys', 'where the values come from'], graph.secrets.map(secret => {
    const keys = Object.entries(secret.spec.keys);
    return [`\`${graph.name(secret)}\``, codes(keys.map(([key]) => key)), [...new Set(keys.map(([, origin]) => originOf(origin)))].join('; ')];
  }));
}

/** Hints stay in the project: who has this folder need not know where a value is kept. */
function originOf(origin: SecretOrigin): string {
  switch (origin.kind) {
    case 'password':
    case 'hex': return 'made by `compose8s secrets init`';
    case 'self-signed': return `made by \`compose8s secrets init\`, for ${origin.hosts.join(', ')}`;
    case 'given': return `**given by a person**: ${origin.what === undefined ? 'while it is missing, `compose8s secrets init` says what it is' : plain(origin.what)}`;
  }
}
