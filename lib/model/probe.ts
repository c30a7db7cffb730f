import { Duration, type DurationLike } from './duration';

/** What is asked. `Port` is the name of a port that the workload declares. */
export type Check<Port extends string = string> =
  | { readonly kind: 'http'; readonly port: Port | undefined; readonly path: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'tcp'; readonly port: Port | undefined }
  | { readonly kind: 'command'; readonly command: readonly string[] };

/** How often a check is made, and when it counts as failed. */
export interface ProbeTiming {
  /** Default: 10 s. */
  readonly every?: DurationLike;
  /** Default: 5 s. */
  readonly timeout?: DurationLike;
  /** Failures in a row that count as failed. Default: 3. */
  readonly failures?: number;
}

/** A check and how often it is made. */
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
export interface Probes<Port extends string = string> {
  /** Whether it can take work. May ask its dependencies. */
  readonly ready: Probe<Port>;
  /** Whether it must be restarted. Never asks a dependency. Default: the workload is restarted only when it exits. */
  readonly alive?: Probe<Port>;
  /** Whether it has started. Default: `alive`, or else `ready`. */
  readonly started?: Probe<Port>;
  /** How long a start may take, before failures count. */
  readonly startup: Duration;
}

export const Probe = {
  http<Port extends string = never>(path: string, { port, headers = {}, ...timing }: ProbeTiming & { readonly port?: Port; readonly headers?: Readonly<Record<string, string>> } = {}): Probe<Port> {
    return { check: { kind: 'http', port, path, headers }, ...timed(timing) };
  },
  tcp<Port extends string = never>({ port, ...timing }: ProbeTiming & { readonly port?: Port } = {}): Probe<Port> {
    return { check: { kind: 'tcp', port }, ...timed(timing) };
  },
  /** Run in the container without a shell; 0 is success. */
  command(command: readonly string[], timing: ProbeTiming = {}): Probe<never> {
    return { check: { kind: 'command', command }, ...timed(timing) };
  },
};

function timed({ every = '10s', timeout = '5s', failures = 3 }: ProbeTiming) {
  return { every: Duration.of(every), timeout: Duration.of(timeout), failures };
}
