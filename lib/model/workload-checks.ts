import { addCheck, type Fault } from './problem';
import type { Check, Probes } from './probe';
import type { Workload, WorkloadSpec } from './workload';

/** What can be wrong with a workload by itself, whatever the target. */
export function checkWorkload(workload: Workload): void {
  addCheck(workload, function* () {
    for (const check of CHECKS) yield* check(workload.spec);
  });
}

const CHECKS: readonly ((spec: WorkloadSpec) => Iterable<Fault>)[] = [image, environment, ports, probes, resources, user, mounts, limits];

function* image({ image: { reference, isPinned, build } }: WorkloadSpec): Iterable<Fault> {
  if (!/^[a-z0-9][\w.:/@-]*$/.test(reference)) {
    yield { code: 'image-name', what: `'${reference}' is not an image reference`, fix: 'write it as registry/repository:version, in lower case' };
  } else if (!isPinned) {
    yield { code: 'image-unpinned', what: `the image ${reference} is not pinned: what runs would change without a change here`, fix: 'name a version (postgres:16-alpine) or a digest (…@sha256:…)' };
  }
  if (build && !build.stages.some(stage => stage.name === build.target)) {
    yield { code: 'stage-unknown', what: `the Dockerfile of ${reference} has no stage '${build.target}'`, fix: `name one of: ${build.stages.map(stage => stage.name).join(', ')}` };
  }
}

function* environment({ env }: WorkloadSpec): Iterable<Fault> {
  for (const name of Object.keys(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      yield { code: 'env-name', what: `'${name}' cannot be the name of an environment variable`, fix: 'use letters, digits and underscores, and no digit first' };
    }
  }
  for (const [name, value] of Object.entries(env)) {
    if (value.parts.some(part => typeof part === 'string' && part.includes('\0'))) {
      yield { code: 'env-nul', what: `the variable ${name} contains a NUL character, which no process can receive`, fix: 'encode the value, for example as base64' };
    }
    for (const reference of value.references) {
      if (reference.kind === 'secret' && !(reference.key.name in reference.key.secret.spec.keys)) {
        yield { code: 'secret-key-unknown', what: `the variable ${name} refers to the key '${reference.key.name}', which its secret does not have`, fix: `declare it, or use one of: ${Object.keys(reference.key.secret.spec.keys).join(', ')}` };
      }
    }
  }
}

function* ports({ ports }: WorkloadSpec): Iterable<Fault> {
  const seen = new Map<string, string>();
  for (const [name, { number, protocol }] of Object.entries(ports)) {
    if (!/^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){0,14}$/.test(name) || !/[a-z]/.test(name)) {
      yield { code: 'port-name', what: `'${name}' cannot be a port's name`, fix: 'use at most 15 lower-case letters, digits and single dashes, with a letter among them' };
    }
    if (!Number.isInteger(number) || number < 1 || number > 65535) {
      yield { code: 'port-number', what: `port ${name} has the number ${number}`, fix: 'use a whole number from 1024 to 65535' };
    } else if (number < 1024) {
      yield { code: 'port-privileged', what: `port ${name} is ${number}: a process that is not root cannot listen there`, fix: 'listen at 1024 or above; a route can publish it under any number' };
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
  for (const [question, { check, timeout, every }] of namedProbes(probes)) {
    if (check.kind === 'command' ? check.command.length === 0 : portOf(check, ports) === undefined) {
      yield check.kind === 'command'
        ? { code: 'probe-empty', what: `the probe '${question}' has an empty command`, fix: 'name the program to run and its arguments' }
        : { code: 'probe-port', what: `the probe '${question}' asks the port '${check.port ?? ''}', which is not declared`, fix: `use one of the declared ports: ${Object.keys(ports).join(', ') || '(there is none)'}` };
    }
    if (check.kind === 'http' && !/^\/[!-~]*$/.test(check.path)) {
      yield { code: 'probe-path', what: `the probe '${question}' asks for the path '${check.path}'`, fix: 'begin it with / and encode spaces and other signs' };
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
  return name !== undefined && name in ports ? name : undefined;
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
  }
}

function* mounts({ mounts, scratch, sharedMemory }: WorkloadSpec): Iterable<Fault> {
  const seen = new Set<string>();
  for (const { path } of [...mounts, ...scratch, ...(sharedMemory ? [{ path: '/dev/shm' }] : [])]) {
    if (!/^\/[\w./@+-]*$/.test(path) || path.split('/').includes('..') || path === '/') {
      yield { code: 'mount-path', what: `nothing can be mounted at '${path}'`, fix: "use an absolute path of letters, digits, dots and dashes, below / and without '..'" };
    }
    if (seen.has(path)) yield { code: 'mount-twice', what: `two things are mounted at ${path}`, fix: 'give each its own path' };
    seen.add(path);
  }
}

function* limits({ runs, scratch, resources: { memory }, processes, after }: WorkloadSpec): Iterable<Fault> {
  if (runs.kind === 'service') {
    const { replicas } = runs;
    const { min, max } = typeof replicas === 'number' ? { min: replicas, max: replicas } : replicas;
    if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min) {
      yield { code: 'replicas', what: `it asks for ${min === max ? min : `${min} to ${max}`} replicas`, fix: 'ask for a whole number of at least 1, and no maximum below the minimum' };
    }
  }
  const inMemory = scratch.reduce((sum, { size }) => sum + size.bytes, 0);
  if (inMemory > memory.limit.bytes) {
    yield { code: 'scratch-over-limit', what: `its scratch folders may hold ${inMemory} bytes, more than its memory limit of ${memory.limit}, which they count against`, fix: 'make them smaller, raise resources.memory, or mount a volume' };
  }
  if (!Number.isInteger(processes) || processes < 1) {
    yield { code: 'processes', what: `it may have ${processes} processes`, fix: 'allow a whole number of at least 1' };
  }
  for (const workload of after) {
    if (workload.spec.runs.kind !== 'release') {
      yield { code: 'after-endless', what: `it waits for the end of ${workload.node.path}, which does not run once per release`, fix: 'refer to an endpoint of it instead, or let it run once per release' };
    }
  }
}
