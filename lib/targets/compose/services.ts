import { Cpu, Size, type Fault, type Resources, type Run, type Text, type Workload } from '../../model';
import { variableName } from '../../core/names';
import { imageOf as referenceOf } from '../../core/registry';
import { sysctlsOf } from '../../core/sysctls';
import { buildEntry } from './builds';
import type { Context } from './context';
import { healthcheckOf } from './health';
import { portVariable } from './published';
import { containersOf, hostPorts, portText } from './ports';
import { scheduled } from './schedule';
import { mountsOf } from './storage';
import type { ComposeService } from './types';
import { wrappedImage } from './wrappers';

/** The service of a workload. */
export function serviceOf(workload: Workload, context: Context): ComposeService {
  const { graph, dialect, findings } = context;
  const {
    image: _image, runs, command, args, workingDirectory, env, ports, probes: _probes, mounts: _mounts, scratch, sharedMemory, resources, user, loosened,
    internet, reaches, stop, init, logs, processes, after: _after, startsWithout: _startsWithout, connects: _connects, tier: _tier, standsInFor: _standsInFor, ...rest
  } = workload.spec;
  rest satisfies Record<string, never>;
  const values = (texts: readonly Text[]) => texts.map(text => dialect.value(text));
  const environment = Object.entries(env);
  const { mounts: { volumes, configs, secrets }, hash, revision } = mountsOf(workload, context);
  const waits = graph.waits(workload);
  const published = publishedPorts(workload, context);
  const name = graph.name(workload);
  const { image, build } = imageOf(workload, context);
  const networks = context.networksByMember.get(workload) ?? [];
  const sysctls = sysctlsOf(workload);
  // What is undefined is not printed.
  const service: ComposeService = {
    image,
    build,
    entrypoint: command && values(command),
    command: args && values(args),
    working_dir: workingDirectory,
    environment: environment.length > 0 ? Object.fromEntries(environment.map(([variable, text]) => [variable, dialect.value(text)])) : undefined,
    restart: restartOf(runs),
    profiles: runs.kind === 'task' ? ['tasks'] : undefined,
    depends_on: waits.length > 0 ? Object.fromEntries(waits.map(({ on, until }) => [graph.name(on), { condition: CONDITIONS[until] }])) : undefined,
    healthcheck: healthcheckOf(workload, context),
    networks: networks.length > 0 ? networks.map(network => network.name) : undefined,
    network_mode: networks.length > 0 ? undefined : 'none',
    ports: some(published),
    expose: some(Object.values(ports).map(({ number, protocol }) => (protocol === 'tcp' ? `${number}` : `${number}/${protocol}`))),
    volumes: some(volumes),
    configs: some(configs),
    secrets: some(secrets),
    user: `${user!.uid}:${user!.gid}`,
    read_only: loosened.writableRoot ? undefined : true,
    cap_drop: ['ALL'],
    cap_add: some([...loosened.capabilities ?? []]),
    security_opt: ['no-new-privileges:true'],
    sysctls: Object.keys(sysctls).length > 0 ? sysctls : undefined,
    // Before runc 1.1.9 a folder of the image at this path decides the mode, whatever is asked for: so the user owns it.
    tmpfs: some(scratch.map(({ path, size }) => `${path}:size=${size.bytes},mode=1777,uid=${user!.uid},gid=${user!.gid}`)),
    shm_size: sharedMemory && byteValue(sharedMemory),
    // Docker sets no CPU time aside. When the host is busy, weights decide: here what a kubelet makes of a request.
    cpu_shares: Math.max(2, Math.floor(resources.cpu.request.millis * 1.024)),
    deploy: {
      replicas: runs.kind === 'service' ? containersOf(graph, workload)[0] : undefined,
      resources: {
        // Docker refuses to start a container that may use more CPUs than the host has: a small host can say less.
        limits: { cpus: `\${${cpuVariable(name)}:-${cores(resources.cpu.limit)}}`, memory: byteValue(resources.memory.limit), pids: processes },
        reservations: { cpus: cores(resources.cpu.request), memory: byteValue(resources.memory.request) },
      },
    },
    init,
    stop_signal: stop.signal,
    stop_grace_period: `${stop.grace}`,
    logging: { driver: 'json-file', options: { 'max-size': byteValue(logs.maxSize), 'max-file': `${logs.maxFiles}` } },
    labels: hash || revision ? { ...(hash ? { 'compose8s.content': hash } : {}), ...(revision ? { 'compose8s.secrets': revision } : {}) } : undefined,
  };
  for (const fault of minimumFaults(resources)) findings.problem(workload, fault);
  if (networks.some(({ purpose, members }) => purpose === 'edge' && members[0] === workload)) {
    findings.note(workload, 'connections', 'approximated', 'Docker networks know neither ports nor directions: each pair that is connected can reach all ports of each other', 'default');
  }
  if (internet) findings.note(workload, 'internet', 'approximated', "Docker cannot tell the internet from the host's other networks: private addresses can be reached as well");
  if (reaches.length > 0 && !internet) findings.note(workload, 'reaches', 'approximated', `a network with a way out leads everywhere: Docker does not keep it to ${reaches.map(({ cidr }) => cidr).join(', ')}`);
  if (runs.kind === 'service' && typeof runs.restart !== 'string') {
    findings.note(workload, 'runs.restart', 'approximated', 'Docker starts it again only after a failure, not when the host or Docker itself was restarted: docker compose up --wait does');
  }
  if (loosened.writableRoot) findings.note(workload, 'loosened.writableRoot', 'loosened', 'its root file system can be written to');
  for (const risk of loosened.accepted ?? []) findings.note(workload, 'loosened.accepted', 'loosened', risk);
  for (const capability of loosened.capabilities ?? []) findings.note(workload, 'loosened.capabilities', 'loosened', `it keeps the capability ${capability}`);
  const isPublic = graph.routesTo(workload).some(({ spec }) => spec.reach === 'public');
  if (runs.kind === 'service' && runs.replicas !== 1 && isPublic) {
    findings.note(workload, 'runs.replicas', 'approximated', 'a port of the host belongs to one container: one replica runs');
  } else if (runs.kind === 'service' && typeof runs.replicas !== 'number') {
    findings.note(workload, 'runs.replicas', 'approximated', `Compose does not scale by itself: ${runs.replicas.min} of at most ${runs.replicas.max} replicas run; more with: docker compose up --scale ${name}=N`);
  }
  if (runs.kind === 'schedule') return scheduled(workload, runs, service, context);
  return service;
}

/** What no container is made with: Docker refuses less memory, and the kernel less time (1 ms of 100). */
const LEAST = { cpu: Cpu.millis(10), memory: Size.mebibytes(6) } as const;

function* minimumFaults({ cpu, memory }: Resources): Iterable<Fault> {
  if (cpu.limit.millis < LEAST.cpu.millis) yield { code: 'docker-minimum', what: `its limit is ${cpu.limit}, and Docker starts nothing with less than ${LEAST.cpu}`, fix: `raise resources.cpu to ${LEAST.cpu.millis}m at least` };
  for (const [what, size] of [['limit', memory.limit], ['request', memory.request]] as const) {
    if (size.bytes >= LEAST.memory.bytes) continue;
    yield { code: 'docker-minimum', what: `its ${what} is ${size}, and Docker starts nothing with less than ${LEAST.memory}`, fix: `raise resources.memory to ${LEAST.memory.bytes / 2 ** 20}Mi at least` };
    // The request is the limit, where nothing else is said.
    return;
  }
}

function imageOf(workload: Workload, context: Context): Pick<ComposeService, 'image' | 'build'> {
  const { image } = workload.spec;
  const wrapped = wrappedImage(workload, context);
  if (wrapped) return wrapped;
  if (!image.build) return { image: image.reference };
  const builder = context.builders.get(image.reference);
  return { image: referenceOf(image, context.registry), ...(builder === workload ? { build: buildEntry(image.build, context.graph) } : {}) };
}

const CONDITIONS = { healthy: 'service_healthy', completed: 'service_completed_successfully' } as const;

function restartOf(runs: Run): string {
  switch (runs.kind) {
    case 'service': return typeof runs.restart === 'string' ? runs.restart : `on-failure:${runs.restart.onFailure}`;
    case 'schedule': return 'unless-stopped';
    case 'release':
    case 'task': return 'no';
  }
}

function publishedPorts(workload: Workload, { graph, findings, loopback }: Context): NonNullable<ComposeService['ports']> {
  return graph.routesTo(workload).map(route => {
    const { to, published: _published, reach, protocol, hosts, ...rest } = route.spec;
    rest satisfies Record<string, never>;
    const ports = hostPorts(graph, route);
    if (ports.first !== ports.last) findings.note(route, 'published', 'approximated', `a port of the host belongs to one container: each replica has one of ${portText(ports)}`);
    if (protocol === 'http' && hosts.length > 0) findings.note(route, 'hosts', 'left-out', `a published port answers for every host name, not only ${hosts.join(', ')}`);
    return {
      name: to.portName,
      target: to.port,
      published: `\${${portVariable(graph.name(workload), to.portName)}:-${portText(ports)}}`,
      protocol: workload.spec.ports[to.portName]!.protocol,
      ...(reach === 'host' ? { host_ip: loopback } : {}),
    };
  });
}

/** The variable that lowers a CPU limit: `POSTGRES_CPUS`. */
export function cpuVariable(service: string): string {
  return variableName(service, 'cpus');
}

/** As Docker reads it: `512m` is 512 MiB. */
export function byteValue(size: Size): string {
  const [amount, unit] = size.inLargestUnit();
  return unit === 'Ti' ? `${amount * 1024}g` : `${amount}${unit === '' ? 'b' : unit.charAt(0).toLowerCase()}`;
}

export function cores(cpu: Cpu): string {
  return `${cpu.millis / 1000}`;
}

/** An empty list is not printed. */
function some<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
