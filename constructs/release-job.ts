import { Construct } from 'constructs';
import { Workload, type WorkloadProps } from '../lib/model';

/** The work of a {@link ReleaseJob}: a workload's props without what only services have. */
export interface ReleaseJobProps extends Omit<WorkloadProps, 'ports' | 'runs' | 'probes' | 'command'> {
  /** What to run, in place of the image's entry point. */
  readonly command: readonly string[];
  /**
   * Exits with 0 once the work is done: `['python', 'manage.py', 'migrate', '--check']`. With it, a cluster does the work
   * once and lets new pods wait for it; without it, each new pod does the work itself. Default: none.
   */
  readonly check?: readonly string[];
}

/**
 * Work to be done once for each release, before the containers that name it in `after` start: migrations.
 *
 * Compose: a service that others wait for until it has ended well. Kubernetes: a Job, and init containers that wait for it.
 */
export class ReleaseJob extends Construct {
  /** What runs: for `after` of others. */
  readonly workload: Workload;

  constructor(scope: Construct, id: string, { check, ...rest }: ReleaseJobProps) {
    super(scope, id);
    this.workload = new Workload(this, 'Default', { ...rest, runs: { kind: 'release', check } });
  }
}
