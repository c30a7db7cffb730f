import { Construct } from 'constructs';
import { Route, Workload, type Endpoint, type PortLike, type ProbesLike, type Replicas, type Restart, type Text, type WorkloadProps } from '../lib/model';

/** A workload's props, with one port for HTTP, and what others there are. `Port` is the names of those. */
export interface WebServiceProps<Port extends string = never> extends Omit<WorkloadProps, 'ports' | 'runs' | 'probes'> {
  /** The port that it listens on. */
  readonly port: number;
  /** Further ports by their names, for probes and `workload.endpoint(…)`: one for management, gRPC, a debugger's. Default: none. */
  readonly ports?: Readonly<Record<Port, PortLike>>;
  /** How to tell that it is well: `HealthProbes.http({ … })`. They ask the port `http`, or one of `ports` by its name. Default: `http`. */
  readonly probes: ProbesLike<'http' | NoInfer<Port>>;
  /** How many containers run. Default: 1. `{ min, max, cpu }` scales by the use of CPU, where the target can. */
  readonly replicas?: Replicas;
  /** When it is started anew after it has ended. Default: unless somebody stopped it. */
  readonly restart?: Restart;
  /** The path of its metrics in Prometheus' format, for `monitoring.observe(…)`: `/metrics`. Default: it has none. */
  readonly metrics?: string;
  /** The port on the host itself that publishes it, for developers; for the public put an `NginxProxy` in front. Default: not published. */
  readonly published?: number;
}

/**
 * A program that answers HTTP requests.
 *
 * Compose: a service, published on 127.0.0.1 if asked for. Kubernetes: a Deployment with a Service; a
 * PodDisruptionBudget from two replicas on, a HorizontalPodAutoscaler where `replicas` is a span.
 */
export class WebService<Port extends string = never> extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Where it answers: the port `http`. */
  readonly endpoint: Endpoint;
  /** The path of its metrics, if it has any. */
  readonly metrics: string | undefined;

  constructor(scope: Construct, id: string, { port, ports, probes, replicas, restart, metrics, published, ...rest }: WebServiceProps<Port>) {
    super(scope, id);
    this.workload = new Workload(this, 'Default', { ...rest, ports: { http: port, ...ports }, probes, runs: Workload.service({ replicas, restart }) });
    this.endpoint = this.workload.endpoint('http');
    this.metrics = metrics;
    if (published !== undefined) new Route(this, 'published', { to: this.endpoint, published, protocol: 'http' });
  }

  /** The name under which other workloads of the stack find it. */
  get host(): Text {
    return this.endpoint.host;
  }

  /** `http://host:port`. */
  get url(): Text {
    return this.endpoint.url('http');
  }
}
