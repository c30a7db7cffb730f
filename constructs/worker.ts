import { Construct } from 'constructs';
import { Workload, type ProbesLike, type Replicas, type Restart, type WorkloadProps } from '../lib/model';

/** A workload's props, but for ports: nobody calls a worker. */
export interface WorkerProps extends Omit<WorkloadProps, 'ports' | 'runs' | 'probes'> {
  /** A worker has no port to ask: `HealthProbes.command([…])`. */
  readonly probes: ProbesLike<never>;
  readonly replicas?: Replicas;
  readonly restart?: Restart;
}

/** A program that takes its work from a queue and that nobody calls. Compose: a service. Kubernetes: a Deployment without a Service. */
export class Worker extends Construct {
  readonly workload: Workload;

  constructor(scope: Construct, id: string, { probes, replicas, restart, ...rest }: WorkerProps) {
    super(scope, id);
    this.workload = new Workload(this, 'Default', { ...rest, probes, runs: Workload.service({ replicas, restart }) });
  }
}
