import { portOf, type Check, type Duration, type Probe, type Probes, type Workload } from '../../model';
import type { Dialect } from './dialect';
import type { Container } from './types';

type Asked = NonNullable<Container['readinessProbe']>;

/** What the kubelet asks: it takes a start for done first, and only then whether the container is ready, and alive. */
export function probesOf({ spec: { probes, ports } }: Workload, dialect: Dialect): Pick<Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  if (!probes) return {};
  const { ready, alive, started = alive ?? ready, startup, ...rest }: Probes = probes;
  rest satisfies Record<string, never>;
  const probe = ({ check, every, timeout, failures, ...others }: Probe): Asked => {
    others satisfies Record<string, never>;
    return { ...handlerOf(check, ports, dialect), periodSeconds: every.wholeSeconds, timeoutSeconds: timeout.wholeSeconds, failureThreshold: failures };
  };
  return {
    // The first is made at any time within the first period. Those of the whole start do not count, as on Docker; then the failures do.
    startupProbe: { ...probe(started), failureThreshold: checksOf(startup, started.every) + started.failures },
    readinessProbe: probe(ready),
    ...(alive ? { livenessProbe: probe(alive) } : {}),
  };
}

/** The times that are longer on a cluster, which counts in whole seconds, and a start in whole checks. */
export function roundedTimes({ ready, alive, started, startup }: Probes): string[] {
  const times = Object.entries({ ready, alive, started }).flatMap(([name, probe]) => (probe ? [[`${name}.every`, probe.every, probe.every.wholeSeconds], [`${name}.timeout`, probe.timeout, probe.timeout.wholeSeconds]] as const : []));
  const { every } = started ?? alive ?? ready;
  return [...times, ['startup', startup, checksOf(startup, every) * every.wholeSeconds] as const]
    .flatMap(([name, asked, seconds]) => (asked.inSeconds === seconds ? [] : [`${name} ${asked} is ${seconds}s`]));
}

function checksOf(startup: Duration, every: Duration): number {
  return Math.ceil(startup.wholeSeconds / every.wholeSeconds);
}

/** Never with a `host`: Pod Security forbids it. */
function handlerOf(check: Check, ports: Workload['spec']['ports'], dialect: Dialect): Asked {
  if (check.kind === 'command') return { exec: { command: check.command.map(word => dialect.literal(word)) } };
  const port = portOf(check, ports)!;
  if (check.kind === 'tcp') return { tcpSocket: { port } };
  const httpHeaders = Object.entries(check.headers).map(([name, value]) => ({ name, value }));
  return { httpGet: { path: check.path, port, ...(httpHeaders.length > 0 ? { httpHeaders } : {}) } };
}
