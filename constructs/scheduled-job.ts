import { Construct } from 'constructs';
import { dnsLabel } from '../lib/core/names';
import { addRunbook, attempt, Duration, steps, Workload, type Cron, type DurationLike, type WorkloadProps } from '../lib/model';

/** The work of a {@link ScheduledJob}: a workload's props without what only services have. */
export interface ScheduledJobProps extends Omit<WorkloadProps, 'ports' | 'runs' | 'probes' | 'command'> {
  /** What to run, in place of the image's entry point. */
  readonly command: readonly string[];
  /** When to run it: `Cron.daily('03:00', { timeZone: 'Europe/Zurich' })`. */
  readonly schedule: Cron;
  /** A run that takes longer is ended, and failed. Default: 1 hour. */
  readonly deadline?: DurationLike;
}

/**
 * Work to be done at given times, never two runs at once: `rake cleanup`, `artisan schedule:run`, a report.
 *
 * Compose: a service with a cron runner, which needs a shell in the image; by hand
 * `docker compose exec cleanup /etc/compose8s/job`. Kubernetes: a CronJob; by hand
 * `kubectl create job cleanup-now --from=cronjob/cleanup`.
 */
export class ScheduledJob extends Construct {
  /** What runs: for aspects and patches. */
  readonly workload: Workload;

  constructor(scope: Construct, id: string, { schedule, deadline = '1h', ...rest }: ScheduledJobProps) {
    super(scope, id);
    const limit = attempt(this, 'deadline', () => Duration.of(deadline), Duration.hours(1));
    this.workload = new Workload(this, 'Default', { ...rest, runs: { kind: 'schedule', cron: schedule, deadline: limit } });
    addRunbook(this, () => [{
      purpose: 'look', title: `A run of ${id} out of its time`, of: this.workload,
      content: [steps([{ do: 'run', workload: this.workload, as: `${dnsLabel(id)}-now` }])],
    }]);
  }
}
