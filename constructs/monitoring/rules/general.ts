import type { Duration } from '../../../lib/model';
import { builtInGroup, type RuleGroup } from './rule';

/** A service whose replicas are asked one by one. */
export interface Scaled {
  readonly job: string;
  readonly service: string;
  /** How many there must be at least. 1: they are not counted, but that all have ended is seen. */
  readonly replicas: number;
}

/** What can befall every service. `scaled` have an address for each replica that runs, and none when all are gone. */
export function generalRules(scaled: readonly Scaled[]): RuleGroup {
  const targets = scaled.map(({ job, service, replicas }) => ({ up: `up{job="${job}", service="${service}"}`, replicas }));
  const missing = targets.filter(({ replicas }) => replicas > 1).map(({ up, replicas }) => `(sum by (job, service) (${up}) or 0 * absent(${up})) < ${replicas}`);
  return builtInGroup('services', [
    {
      alert: 'ServiceDown', severity: 'critical', for: '1m',
      expr: `up == 0 or pg_up == 0 or redis_up == 0 or nginx_up == 0 ${targets.map(({ up }) => `or absent(${up})`).join(' ')}`,
      summary: '{{ $labels.service }} ({{ $labels.job }}) does not answer',
    },
    ...(missing.length === 0 ? [] : [{
      alert: 'ReplicaMissing', severity: 'warning', for: '5m',
      // One that has ended has no address any more, and so no `up` that could be 0.
      expr: missing.join(' or '),
      summary: 'only {{ $value }} of the replicas of {{ $labels.service }} answer',
    } as const]),
    {
      alert: 'ReadinessFailing', severity: 'critical', for: '2m',
      expr: 'probe_success{job="ready"} == 0',
      summary: '{{ $labels.service }} runs, but is not ready for work',
    },
    {
      alert: 'ReplicaNotReady', severity: 'warning', for: '15m',
      // Each time another replica is asked.
      expr: 'min_over_time(probe_success{job="ready"}[5m]) == 0',
      summary: '{{ $labels.service }} is ready only some of the times that it is asked',
    },
    {
      alert: 'PublicRouteFailing', severity: 'critical', for: '2m',
      expr: 'probe_success{job="public"} == 0',
      summary: 'visitors of {{ $labels.service }} get no answer at {{ or $labels.host "its public port" }}',
    },
    {
      alert: 'RestartLoop', severity: 'warning', for: '1m',
      // The start of the process itself; of those behind an exporter, what their own counters tell.
      expr: `
        changes(process_start_time_seconds[15m]) > 2
        or changes(pg_postmaster_start_time_seconds[15m]) > 2
        or resets(redis_uptime_in_seconds[15m]) > 2
        or resets(nginx_http_requests_total[15m]) > 2`,
      summary: '{{ $labels.service }} ({{ $labels.job }}) has started {{ $value }} times within 15 minutes',
    },
  ]);
}

export interface Objectives {
  /** 95 of 100 requests are answered within. */
  readonly p95: Duration;
  /** The share of requests that may fail: 0.01 is one percent. */
  readonly errorRatio: number;
  /** The histogram of request durations, in seconds. */
  readonly histogram: string;
}

/** Each framework's exporter has its own name for the label of the HTTP status. */
const FAILED = ['status', 'status_code', 'code'];

/** How well a service answers, by the histogram that it exports. */
export function requestRules({ p95, errorRatio, histogram }: Objectives): RuleGroup {
  const failed = FAILED.map(label => `rate(${histogram}_count{${label}=~"5.."}[5m])`).join(' or ');
  return builtInGroup('requests', [
    {
      alert: 'SlowRequests', severity: 'warning', for: '10m',
      expr: `histogram_quantile(0.95, sum by (service, job, le) (rate(${histogram}_bucket[5m]))) > ${p95.inSeconds}`,
      summary: `of 100 requests to {{ $labels.service }}, 5 take longer than {{ $value | humanizeDuration }} (objective: ${p95.milliseconds} ms)`,
    },
    {
      alert: 'RequestErrors', severity: 'critical', for: '5m',
      expr: `sum by (service, job) (${failed}) / sum by (service, job) (rate(${histogram}_count[5m])) > ${errorRatio}`,
      summary: `{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} fail (objective: at most ${errorRatio * 100} %)`,
    },
  ]);
}

/** Disks of the host, as far as a container sees them. */
export const HOST_RULES = builtInGroup('host', [
  {
    alert: 'DiskFilling', severity: 'warning', for: '15m',
    expr: `
      node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.15
      or (predict_linear(node_filesystem_avail_bytes[6h], 86400) < 0 and node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.4)`,
    summary: 'the disk of {{ $labels.service }} is nearly full, or will be within a day',
  },
  {
    alert: 'DiskFull', severity: 'critical', for: '5m',
    expr: 'node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.05',
    summary: '{{ $value | humanizePercentage }} of the disk of {{ $labels.service }} are left',
  },
]);

/** The job `certificate` reads it without a look at whether it is good: one that has expired would be gone from the answers of a client that does. */
export const CERTIFICATE_RULES = builtInGroup('certificates', [
  {
    alert: 'CertificateExpiresSoon', severity: 'warning', for: '1h',
    expr: 'probe_ssl_earliest_cert_expiry{job="certificate"} - time() < 21 * 86400',
    summary: 'the certificate of {{ $labels.service }} expires in {{ $value | humanizeDuration }}',
  },
  {
    alert: 'CertificateExpires', severity: 'critical', for: '5m',
    expr: 'probe_ssl_earliest_cert_expiry{job="certificate"} - time() < 5 * 86400',
    // Of what has expired it says how long ago, by a minus.
    summary: 'the certificate of {{ $labels.service }} expires in {{ $value | humanizeDuration }}',
  },
]);
