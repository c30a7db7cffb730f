import { Probe, type DurationLike, type ProbesLike, type ProbeTiming } from '../lib/model';

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
   * Paths that answer 2xx when all is well, and 4xx or 5xx when not. `alive` must not look at any dependency. Default: it is
   * restarted only when it exits. `started` says whether it has started. Default: `alive`, or else `ready`.
   *
   * Name no path that redirects: curl, Python and Node.js take a redirect for well, wget follows it to wherever it leads, and
   * Kubernetes follows it on the same host only.
   *
   * `port` is the name of the port that is asked. Default: the first. `headers` go with each request: a program that looks at
   * `Host` sees the container's address otherwise. Default: none.
   */
  http<Port extends string = never>({ ready, alive, started, port, headers, startup, ...timing }: Common & {
    readonly ready: string;
    readonly alive?: string;
    readonly started?: string;
    readonly port?: Port;
    readonly headers?: Readonly<Record<string, string>>;
  }): ProbesLike<Port> {
    const probe = (path: string) => Probe.http<Port>(path, { ...timing, port, headers });
    return { ready: probe(ready), ...(alive ? { alive: probe(alive) } : {}), ...(started ? { started: probe(started) } : {}), startup };
  },

  /** A port that accepts connections. `port` is its name. Default: the first. */
  tcp<Port extends string = never>({ port, startup, ...timing }: Common & { readonly port?: Port } = {}): ProbesLike<Port> {
    return { ready: Probe.tcp<Port>({ ...timing, port }), startup };
  },

  /**
   * A program in the container, run without a shell, that exits with 0 when all is well. `alive` asks whether its port
   * accepts connections, or runs another program, which must not look at any dependency. Default: it is restarted only when it
   * exits.
   */
  command<Port extends string = never>(command: readonly string[], { alive, startup, ...timing }: Common & { readonly alive?: { readonly port: Port } | { readonly command: readonly string[] } } = {}): ProbesLike<Port> {
    const lives = alive && ('command' in alive ? Probe.command(alive.command, timing) : Probe.tcp<Port>({ ...timing, port: alive.port }));
    return { ready: Probe.command(command, timing), ...(lives ? { alive: lives } : {}), startup };
  },
};
