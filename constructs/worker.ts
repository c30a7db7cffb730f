import { Construct } from 'constructs';
import { Workload, type Endpoint, type ProbesLike, type Replicas, type Restart, type WorkloadProps } from '../lib/model';

/** A workload's props, but for ports: nobody calls a worker, but for its metrics. */
export interface WorkerProps extends Omit<WorkloadProps, 'ports' | 'runs' | 'probes'> {
  /**
   * A worker has no port to ask: `HealthProbes.command([…], { alive: { command: […] } })`. Without `alive`, one that hangs is
   * started anew by no target.
   */
  readonly probes: ProbesLike<never>;
  /** How many containers run. Default: 1. `{ min, max, cpu }` scales by the use of CPU, where the target can. */
  readonly replicas?: Replicas;
  /** When it is started anew after it has ended. Default: unless somebody stopped it. */
  readonly restart?: Restart;
  /** Where it tells of itself in Prometheus' format, for `monitoring.observe(…)`. `path`: default `/metrics`. Default: nowhere, so that nothing can watch it. */
  readonly metrics?: { readonly port: number; readonly path?: string };
}

/** A program that takes its work from a queue and that nobody calls. Compose: a service. Kubernetes: a Deployment, with a Service only for its metrics. */
export class Worker extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Where its metrics are, if it has any. */
  readonly metrics: { readonly endpoint: Endpoint; readonly path: string } | undefined;

  constructor(scope: Construct, id: string, { probes, replicas, restart, metrics, ...rest }: WorkerProps) {
    super(scope, id);
    this.workload = new Workload(this, 'Default', { ...rest, probes, ports: metrics && { metrics: metrics.port }, runs: Workload.service({ replicas, restart }) });
    this.metrics = metrics && { endpoint: this.workload.endpoint('metrics'), path: metrics.path ?? '/metrics' };
  }
}
