import { portOf, type GeneratedBuild, type Instruction, type Probes, type Workload } from '../model';
import { healthCommand } from './health-command';

const PRINT: { readonly [K in Instruction['kind']]: (instruction: Extract<Instruction, { kind: K }>) => string } = {
  run: ({ commands, caches, secrets, ignore }) => [
    ...(ignore.length > 0 ? [`# hadolint ignore=${ignore.join(',')}`] : []),
    // One that is missing would not be mounted, and the commands would run without it.
    `RUN ${[...caches.map(cache => `--mount=type=cache,target=${cache},sharing=locked`), ...Object.entries(secrets).map(([id, path]) => `--mount=type=secret,id=${id},target=${path},required=true`), commands.join(' \\\n && ')].join(' \\\n    ')}`,
  ].join('\n'),
  copy: ({ sources, to, from, owner }) => ['COPY', ...(from ? [`--from=${from}`] : []), ...(owner ? [`--chown=${owner}`] : []), ...sources, to].join(' '),
  env: ({ values }) => `ENV ${Object.entries(values).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' \\\n    ')}`,
  workdir: ({ path }) => `WORKDIR ${path}`,
  user: ({ uid, gid }) => `USER ${uid}:${gid}`,
  expose: ({ port }) => `EXPOSE ${port}`,
  entrypoint: ({ command }) => `ENTRYPOINT ${execForm(command)}`,
  cmd: ({ command }) => `CMD ${execForm(command)}`,
};

/**
 * The Dockerfile of an image. Its labels and its health check go into every stage that is built:
 * the check comes from the probes of the service that runs it, liveness first, since a container by itself has no dependencies.
 */
export function printDockerfile(build: GeneratedBuild, workloads: readonly Workload[]): string {
  const stages = build.stages.map(({ name, from, instructions }) => {
    const services = workloads.filter(({ spec: { image, runs } }) => runs.kind === 'service' && image.build?.target === name);
    // A container by itself runs the image's own command.
    const service = services.find(({ spec: { command, args } }) => !command && !args) ?? services[0];
    return [
      `FROM ${from} AS ${name}`,
      ...instructions.map(instruction => (PRINT[instruction.kind] as (i: Instruction) => string)(instruction)),
      ...(name === build.target ? labels(build) : []),
      ...(service?.spec.probes ? healthcheck(service, service.spec.probes) : []),
    ].join('\n');
  });
  return `${stages.join('\n\n')}\n`;
}

function labels({ name, version, labels = {} }: GeneratedBuild): string[] {
  const all = { title: name, version, ...labels };
  return [`LABEL ${Object.entries(all).map(([key, value]) => `org.opencontainers.image.${key}=${JSON.stringify(value)}`).join(' \\\n      ')}`];
}

function healthcheck({ spec: { ports, image } }: Workload, { ready, alive = ready, startup }: Probes): string[] {
  const { check, every, timeout, failures } = alive;
  const port = check.kind === 'command' ? undefined : ports[portOf(check, ports) ?? '']?.number;
  const command = healthCommand(check, port, image.facts.tools ?? []);
  return command ? [`HEALTHCHECK --interval=${every} --timeout=${timeout} --start-period=${startup} --retries=${failures} \\\n  CMD ${execForm(command)}`] : [];
}

function execForm(command: readonly string[]): string {
  return `[${command.map(word => JSON.stringify(word)).join(', ')}]`;
}
