import type { IConstruct } from 'constructs';
import { Duration, type DurationLike } from './duration';
import { attempt } from './problem';

/** What is asked. `Port` is the name of a port that the workload declares. */
export type Check<Port extends string = string> =
  | { readonly kind: 'http'; readonly port: Port | undefined; readonly path: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'tcp'; readonly port: Port | undefined }
  | { readonly kind: 'command'; readonly command: readonly string[] };

/** How often a check is made, and when it counts as failed. */
export interface ProbeTiming {
  /** The time from one check to the next. Default: 10 s. */
  readonly every?: DurationLike;
  /** After which a check has failed. Default: 5 s. */
  readonly timeout?: DurationLike;
  /** Failures in a row that count as failed. Default: 3. */
  readonly failures?: number;
}

/** A check, and what is said of how often it is made. */
export interface ProbeLike<Port extends string = string> extends ProbeTiming {
  /** What is asked. */
  readonly check: Check<Port>;
}

/** A check and how often it is made: a {@link ProbeLike} with every default filled in. */
export interface Probe<Port extends string = string> {
  readonly check: Check<Port>;
  readonly every: Duration;
  readonly timeout: Duration;
  readonly failures: number;
}

/**
 * The three questions: has it started, can it do its work now, is it beyond recovery?
 *
 * Compose: `ready` becomes the health check, `startup` its start period. Kubernetes: start-up, readiness and liveness.
 */
export interface ProbesLike<Port extends string = string> {
  /** Whether it can take work. May ask its dependencies. */
  readonly ready: ProbeLike<Port>;
  /** Whether it must be restarted. Never asks a dependency. Default: the workload is restarted only when it exits. */
  readonly alive?: ProbeLike<Port>;
  /** Whether it has started. Default: `alive`, or else `ready`. */
  readonly started?: ProbeLike<Port>;
  /** How long a start may take, before failures count. Default: 30 s. */
  readonly startup?: DurationLike;
}

/** A {@link ProbesLike} with every default filled in. */
export interface Probes<Port extends string = string> {
  readonly ready: Probe<Port>;
  readonly alive?: Probe<Port>;
  readonly started?: Probe<Port>;
  readonly startup: Duration;
}

/** Makes checks. For the three questions at once: `HealthProbes`. */
export const Probe = {
  /** A path that answers 2xx when all is well. `port`: its name. Default: the first. `headers`: go with each request. Default: none. */
  http<Port extends string = never>(path: string, { port, headers = {}, ...timing }: ProbeTiming & { readonly port?: Port; readonly headers?: Readonly<Record<string, string>> } = {}): ProbeLike<Port> {
    return { check: { kind: 'http', port, path, headers }, ...timing };
  },
  /** A port that accepts connections. `port`: its name. Default: the first. */
  tcp<Port extends string = never>({ port, ...timing }: ProbeTiming & { readonly port?: Port } = {}): ProbeLike<Port> {
    return { check: { kind: 'tcp', port }, ...timing };
  },
  /** Run in the container without a shell; 0 is success. */
  command(command: readonly string[], timing: ProbeTiming = {}): ProbeLike<never> {
    return { check: { kind: 'command', command }, ...timing };
  },
};

/** Fills in what {@link ProbesLike} leaves open. A time that makes no sense is reported at the construct. */
export function readProbes({ ready, alive, started, startup = '30s' }: ProbesLike, construct: IConstruct): Probes {
  const duration = (field: string, value: DurationLike, otherwise: Duration) => attempt(construct, `probes.${field}`, () => Duration.of(value), otherwise);
  // What stands in for nonsense fits whatever the other is, so that nothing more is complained of.
  const probe = ({ check, every = '10s', timeout = '5s', failures = 3 }: ProbeLike): Probe => (
    { check, every: duration('every', every, Duration.days(1)), timeout: duration('timeout', timeout, Duration.seconds(1)), failures }
  );
  return {
    ready: probe(ready),
    ...(alive ? { alive: probe(alive) } : {}),
    ...(started ? { started: probe(started) } : {}),
    startup: duration('startup', startup, Duration.days(1)),
  };
}
