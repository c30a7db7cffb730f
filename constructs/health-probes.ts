import { Duration, Probe, type DurationLike, type Probes, type ProbeTiming } from '../lib/model';

interface Common extends ProbeTiming {
  /** How long a start may take before failures count. Default: 30 s. */
  readonly startup?: DurationLike;
}

/**
 * How to tell that a workload is well, said once.
 *
 * From it follow the health check of Compose and the wait conditions of others, the three probes of Kubernetes, the
 * `HEALTHCHECK` of an image that is built here, and the paths that a proxy leaves out of its rate limits.
 */
export const HealthProbes = {
  /**
   * Paths that answer 2xx or 3xx when all is well. `alive` must not look at any dependency.
   * `headers` go with each request: a program that looks at `Host` sees the container's address otherwise.
   */
  http<Port extends string = never>({ ready, alive, started, port, headers, startup = '30s', ...timing }: Common & {
    readonly ready: string;
    readonly alive?: string;
    readonly started?: string;
    readonly port?: Port;
    readonly headers?: Readonly<Record<string, string>>;
  }): Probes<Port> {
    const probe = (path: string) => Probe.http<Port>(path, { ...timing, port, headers });
    return { ready: probe(ready), ...(alive ? { alive: probe(alive) } : {}), ...(started ? { started: probe(started) } : {}), startup: Duration.of(startup) };
  },

  /** A port that accepts connections. */
  tcp<Port extends string = never>({ port, startup = '30s', ...timing }: Common & { readonly port?: Port } = {}): Probes<Port> {
    return { ready: Probe.tcp<Port>({ ...timing, port }), startup: Duration.of(startup) };
  },

  /** A program in the container, run without a shell, that exits with 0 when all is well; `alive` asks whether its port accepts connections. */
  command<Port extends string = never>(command: readonly string[], { alive, startup = '30s', ...timing }: Common & { readonly alive?: { readonly port: Port } } = {}): Probes<Port> {
    return { ready: Probe.command(command, timing), ...(alive ? { alive: Probe.tcp<Port>({ ...timing, port: alive.port }) } : {}), startup: Duration.of(startup) };
  },
};
