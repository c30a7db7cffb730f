import { destinationFaults } from './destination';
import { buildSecretFaults, dockerfileFaults, exposedPorts, labelFaults, mountedSecretFaults, stageFaults } from './dockerfile-checks';
import { isPinned } from './image';
import { addCheck, pathOf, type Fault } from './problem';
import type { Check, Probes } from './probe';
import { Size } from './size';
import { Text } from './text';
import { characterFaults } from './text-checks';
import type { Workload, WorkloadSpec } from './workload';

/** What can be wrong with a workload by itself, whatever the target. */
export function checkWorkload(workload: Workload): void {
  addCheck(workload, function* () {
    for (const check of CHECKS) yield* check(workload.spec);
  });
}

const CHECKS: readonly ((spec: WorkloadSpec) => Iterable<Fault>)[] = [image, environment, commandLine, ports, exposed, probes, resources, user, mounts, lifetime, limits, tier, destinationFaults];

/** As the registries' own grammar has it: host and port, folders, name, tag and digest. */
const REFERENCE = /^([a-z0-9.-]+(:\d+)?\/)?[a-z0-9]+((\.|_{1,2}|-+|\/)[a-z0-9]+)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

function* image({ image: { reference, build } }: WorkloadSpec): Iterable<Fault> {
  yield* imageFaults(reference);
  if (!build) return;
  yield* buildSecretFaults(build);
  if ('file' in build) {
    yield* dockerfileFaults(build);
    return;
  }
  if (!build.stages.some(stage => stage.name === build.target)) {
    yield { code: 'stage-unknown', what: `the Dockerfile of ${reference} has no stage '${build.target}'`, fix: `name one of: ${build.stages.map(stage => stage.name).join(', ')}` };
  }
  yield* build.faults ?? [];
  yield* stageFaults(build.stages);
  yield* mountedSecretFaults(build);
  yield* labelFaults(build.labels ?? {});
  const stages = build.stages.map(({ name }) => name);
  for (const from of new Set(build.stages.map(stage => stage.from))) {
    if (from !== 'scratch' && !stages.includes(from)) yield* imageFaults(from);
  }
}

function* imageFaults(reference: string): Iterable<Fault> {
  if (!REFERENCE.test(reference)) {
    yield { code: 'image-name', what: `'${reference}' is not an image reference`, fix: 'write it as registry/repository:version, in lower case' };
  } else if (!isPinned(reference)) {
    yield { code: 'image-unpinned', what: `the image ${reference} is not pinned: what runs would change without a change here`, fix: 'name a version (postgres:16-alpine) or a digest (…@sha256:…)' };
  }
}

function* environment({ env }: WorkloadSpec): Iterable<Fault> {
  for (const name of Object.keys(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      yield { code: 'env-name', what: `'${name}' cannot be the name of an environment variable`, fix: 'use letters, digits and underscores, and no digit first' };
    }
  }
  for (const [name, value] of Object.entries(env)) yield* textFaults(`the variable ${name}`, value, Buffer.byteLength(`${name}=`));
}

function* commandLine({ command, args, workingDirectory }: WorkloadSpec): Iterable<Fault> {
  for (const [name, words] of [['command', command], ['args', args]] as const) {
    if (words?.length === 0) {
      yield { code: 'command-empty', what: `'${name}' is an empty list, which each target reads in its own way`, fix: `name what to run, or leave ${name} out to keep what the image says` };
    }
    for (const word of words ?? []) yield* textFaults(`a word of its ${name}`, word);
  }
  if (workingDirectory !== undefined && !isPath(workingDirectory)) {
    yield { code: 'working-directory', what: `it cannot work in '${workingDirectory}'`, fix: PATH_FIX };
  }
}

/** Linux passes no longer string to a process (MAX_ARG_STRLEN, 128 KiB with the NUL at its end), be it a word or `NAME=value`. */
const LONGEST_STRING = 2 ** 17 - 1;

/** @param more bytes that stand before it in the string which the process receives. */
function* textFaults(where: string, value: Text, more = 0): Iterable<Fault> {
  yield* characterFaults(where, value);
  const bytes = value.parts.reduce((sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : 0), more);
  if (bytes > LONGEST_STRING) {
    yield { code: 'text-length', what: `${where} takes ${bytes} bytes; Linux passes at most ${LONGEST_STRING} to a process`, fix: 'put it into a file: mount a Config, and name its path instead' };
  }
  for (const reference of value.references) {
    if (reference.kind === 'secret' && !Object.hasOwn(reference.key.secret.spec.keys, reference.key.name)) {
      yield { code: 'secret-key-unknown', what: `${where} refers to the key '${reference.key.name}', which its secret does not have`, fix: `declare it, or use one of: ${Object.keys(reference.key.secret.spec.keys).join(', ')}` };
    }
  }
}

function* ports({ ports, loosened }: WorkloadSpec): Iterable<Fault> {
  const seen = new Map<string, string>();
  for (const [name, { number, protocol }] of Object.entries(ports)) {
    if (!/^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){0,14}$/.test(name) || !/[a-z]/.test(name)) {
      yield { code: 'port-name', what: `'${name}' cannot be a port's name`, fix: 'use at most 15 lower-case letters, digits and single dashes, with a letter among them' };
    }
    if (!Number.isInteger(number) || number < 1 || number > 65535) {
      yield { code: 'port-number', what: `port ${name} has the number ${number}`, fix: 'use a whole number from 1024 to 65535' };
    } else if (number < 1024 && !loosened.capabilities?.includes('NET_BIND_SERVICE')) {
      yield { code: 'port-privileged', what: `port ${name} is ${number}: a process that is not root cannot listen there`, fix: "listen at 1024 or above; a route can publish it under any number. If the image cannot: loosened: { capabilities: ['NET_BIND_SERVICE'] }" };
    }
    const other = seen.get(`${number}/${protocol}`);
    if (other) yield { code: 'port-twice', what: `the ports ${other} and ${name} are both ${number}/${protocol}`, fix: 'declare the port once, or give each its own number' };
    seen.set(`${number}/${protocol}`, name);
  }
}

function* probes({ probes, ports, runs }: WorkloadSpec): Iterable<Fault> {
  if (!probes) {
    if (runs.kind === 'service') yield { code: 'probe-missing', what: 'nothing tells whether it is healthy', fix: 'give probes: HealthProbes.http({ ready: … }), HealthProbes.tcp() or HealthProbes.command([…])' };
    return;
  }
  if (runs.kind !== 'service') yield { code: 'probe-unused', what: 'it runs to its end, so that nobody would ask its probes', fix: 'leave the probes out: its exit code says whether it went well' };
  for (const [question, { check, timeout, every, failures }] of namedProbes(probes)) {
    if (check.kind === 'command' ? check.command.length === 0 : portOf(check, ports) === undefined) {
      yield check.kind === 'command'
        ? { code: 'probe-empty', what: `the probe '${question}' has an empty command`, fix: 'name the program to run and its arguments' }
        : { code: 'probe-port', what: `the probe '${question}' asks the port '${check.port ?? ''}', which is not declared`, fix: `use one of the declared ports: ${Object.keys(ports).join(', ') || '(there is none)'}` };
    }
    if (check.kind === 'command') {
      for (const word of check.command) yield* textFaults(`a word of the probe '${question}'`, Text.of(word));
    } else {
      const port = portOf(check, ports);
      if (port !== undefined && ports[port]!.protocol === 'udp') {
        const others = Object.keys(ports).filter(name => ports[name]!.protocol === 'tcp');
        yield {
          code: 'probe-udp', what: `the probe '${question}' asks the port '${port}' by ${check.kind.toUpperCase()}, which is a UDP port and never answers it`,
          fix: `${others.length > 0 ? `name a TCP port (port: '${others[0]}')` : 'declare a TCP port to ask'}, or use HealthProbes.command([…])`,
        };
      }
    }
    if (check.kind === 'http' && !/^\/[!-~]*$/.test(check.path)) {
      yield { code: 'probe-path', what: `the probe '${question}' asks for the path '${check.path}'`, fix: 'begin it with / and encode spaces and other signs' };
    }
    if (check.kind === 'http') {
      for (const [name, value] of Object.entries(check.headers)) {
        if (!/^[\w-]+$/.test(name) || !/^[ -~]*$/.test(value)) yield { code: 'probe-header', what: `the probe '${question}' sends the header '${name}: ${value}'`, fix: 'use letters, digits and dashes in the name, and printable ASCII in the value' };
      }
    }
    if (!Number.isInteger(failures) || failures < 1) {
      yield { code: 'probe-failures', what: `the probe '${question}' counts as failed after ${failures} failures`, fix: 'give a whole number of at least 1' };
    }
    if (timeout.milliseconds > every.milliseconds) {
      yield { code: 'probe-timing', what: `the probe '${question}' may take ${timeout}, longer than the ${every} between two of them`, fix: 'make the timeout shorter, or ask less often' };
    }
  }
  const { ready, alive } = probes;
  if (alive && ready.check.kind === 'http' && alive.check.kind === 'http' && ready.check.path === alive.check.path && ready.check.port === alive.check.port) {
    yield { code: 'probe-identical', what: `readiness and liveness ask the same path ${ready.check.path}: a failing dependency would restart the workload`, fix: 'ask liveness of a path that checks no dependency, or leave it out' };
  }
}

/** The probes that are given, each with the question that it answers. */
export function namedProbes({ ready, alive, started }: Probes) {
  return Object.entries({ ready, alive, started }).flatMap(([question, probe]) => (probe ? [[question, probe] as const] : []));
}

/** The name of the port that a check asks: its own, or the first declared one. */
export function portOf(check: Extract<Check, { port: unknown }>, ports: WorkloadSpec['ports']): string | undefined {
  const name = check.port ?? Object.keys(ports)[0];
  return name !== undefined && Object.hasOwn(ports, name) ? name : undefined;
}

/** A program listens where its image says, unless what it is given may say otherwise. */
function* exposed({ image: { reference, build }, runs, command, args, env, mounts, ports }: WorkloadSpec): Iterable<Fault> {
  const numbers = Object.values(ports).map(({ number }) => number);
  const own = build && 'stages' in build ? exposedPorts(build.stages, build.target) : [];
  if (runs.kind !== 'service' || own.length === 0 || numbers.length === 0 || numbers.some(number => own.includes(number))) return;
  if (command || args || mounts.some(mount => 'config' in mount) || Object.values(env).some(value => numbers.some(number => value.parts.some(part => typeof part === 'string' && part.split(/\D+/).includes(`${number}`))))) return;
  yield { code: 'image-port', what: `its port is ${numbers.join(', ')}, and the image ${reference} says that its program listens on ${own.join(', ')}`, fix: 'name the same port in both: that of the image (EXPOSE), and that of the workload' };
}

function* resources({ resources: { cpu, memory } }: WorkloadSpec): Iterable<Fault> {
  if (cpu.request.millis > cpu.limit.millis) {
    yield { code: 'request-over-limit', what: `it requests ${cpu.request}, more than its limit of ${cpu.limit}`, fix: 'raise resources.cpu.limit, or lower resources.cpu.request' };
  }
  if (memory.request.bytes > memory.limit.bytes) {
    yield { code: 'request-over-limit', what: `it requests ${memory.request}, more than its limit of ${memory.limit}`, fix: 'raise resources.memory.limit, or lower resources.memory.request' };
  }
}

function* user({ user, image }: WorkloadSpec): Iterable<Fault> {
  if (!user) {
    yield { code: 'user-unknown', what: `nobody knows which user the image ${image.reference} runs as`, fix: 'say it: user: { uid: 1000, gid: 1000 }, or on the image' };
  } else if (user.uid === 0 || !Number.isInteger(user.uid) || user.uid < 0) {
    yield { code: 'user-root', what: `it would run as user ${user.uid}`, fix: 'give the number of a user that is not root' };
  } else if (user.gid === 0 || !Number.isInteger(user.gid) || user.gid < 0) {
    yield { code: 'group-root', what: `it would run in the group ${user.gid}`, fix: "give the number of a group that is not root's: much of an image can be written by root's" };
  }
}

const PATH_FIX = "use an absolute path of letters, digits, dots and dashes, below /, without '..' and a slash at its end";

/** Absolute, below the root, and in one spelling only. */
function isPath(path: string): boolean {
  return path.startsWith('/') && isRelativePath(path.slice(1));
}

function isRelativePath(path: string): boolean {
  return path.split('/').every(part => /^[\w.@+-]+$/.test(part) && part !== '.' && part !== '..');
}

function* mounts({ mounts, scratch, sharedMemory }: WorkloadSpec): Iterable<Fault> {
  const seen = new Set<string>();
  for (const mount of mounts) {
    if ('source' in mount && !isRelativePath(mount.source)) {
      yield { code: 'mount-source', what: `the folder '${mount.source}' is not one of the project`, fix: "name it as seen from the project's folder, without '..': 'apps/shop/app'" };
    }
  }
  for (const { path } of [...mounts, ...scratch, ...(sharedMemory ? [{ path: '/dev/shm' }] : [])]) {
    if (!isPath(path)) yield { code: 'mount-path', what: `nothing can be mounted at '${path}'`, fix: PATH_FIX };
    if (seen.has(path)) yield { code: 'mount-twice', what: `two things are mounted at ${path}`, fix: 'give each its own path' };
    seen.add(path);
  }
}

/** What a cluster of a small team has room for; more is a slip of the keyboard. */
const MOST_REPLICAS = 1000;

function* lifetime({ runs, after }: WorkloadSpec): Iterable<Fault> {
  if (runs.kind === 'release') {
    for (const word of runs.check ?? []) yield* textFaults('a word of its check', Text.of(word));
  }
  if (runs.kind === 'service') {
    const { replicas, restart } = runs;
    const { min, max, cpu } = typeof replicas === 'number' ? { min: replicas, max: replicas, cpu: 100 } : replicas;
    if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min || max > MOST_REPLICAS) {
      yield { code: 'replicas', what: `it asks for ${min === max ? min : `${min} to ${max}`} replicas`, fix: `ask for a whole number from 1 to ${MOST_REPLICAS}, and no maximum below the minimum` };
    }
    if (!Number.isInteger(cpu) || cpu < 1) {
      yield { code: 'replicas-cpu', what: `it scales at ${cpu} percent of its CPU request`, fix: 'give a whole number of percent, such as 70' };
    }
    if (typeof restart === 'object' && (!Number.isInteger(restart.onFailure) || restart.onFailure < 1)) {
      yield { code: 'restart', what: `it is restarted ${restart.onFailure} times after a failure`, fix: "give a whole number of at least 1, or 'unless-stopped'" };
    }
  }
  for (const workload of after) {
    if (workload.spec.runs.kind !== 'release') {
      yield { code: 'after-endless', what: `it waits for the end of ${pathOf(workload)}, which does not run once per release`, fix: 'refer to an endpoint of it instead, or let it run once per release' };
    }
  }
}

function* limits({ scratch, sharedMemory, resources: { memory }, processes, logs }: WorkloadSpec): Iterable<Fault> {
  const inMemory = [...scratch.map(({ size }) => size), ...(sharedMemory ? [sharedMemory] : [])].reduce((sum, { bytes }) => sum + bytes, 0);
  if (inMemory > memory.limit.bytes) {
    yield { code: 'scratch-over-limit', what: `its scratch folders and shared memory may hold ${Size.bytes(inMemory)}, more than its memory limit of ${memory.limit}, which they count against`, fix: 'make them smaller, raise resources.memory, or mount a volume' };
  }
  if (!Number.isInteger(processes) || processes < 1) {
    yield { code: 'processes', what: `it may have ${processes} processes`, fix: 'allow a whole number of at least 1' };
  }
  if (!Number.isInteger(logs.maxFiles) || logs.maxFiles < 1) {
    yield { code: 'logs', what: `its log is kept in ${logs.maxFiles} files`, fix: 'keep a whole number of at least 1' };
  }
}

function* tier({ tier }: WorkloadSpec): Iterable<Fault> {
  if (tier && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(tier.name)) {
    yield { code: 'tier-name', what: `'${tier.name}' cannot be the name of a tier`, fix: 'use at most 63 lower-case letters, digits and dashes: it becomes a label' };
  }
}
