import type { Duration, Size } from '../../../lib/model';
import { builtInGroup, type RuleGroup } from './rule';

/** Databases. `volumes` are the sizes that were asked for them, by service. */
export function postgresRules(volumes: Readonly<Record<string, Size>>): RuleGroup {
  return builtInGroup('postgres', [
    {
      alert: 'PostgresConnections', severity: 'warning', for: '5m',
      expr: 'sum by (service) (pg_stat_activity_count) / max by (service) (pg_settings_max_connections) > 0.8',
      summary: '{{ $labels.service }} uses {{ $value | humanizePercentage }} of its connections',
    },
    {
      alert: 'PostgresReplicationLag', severity: 'warning', for: '5m',
      expr: 'pg_replication_lag_seconds > 30 and on (service, instance) pg_replication_is_replica == 1',
      summary: '{{ $labels.service }} is {{ $value | humanizeDuration }} behind its primary',
    },
    {
      alert: 'PostgresCheckpoints', severity: 'warning', for: '15m',
      // Until version 16 the background writer counts them, from 17 on the checkpointer. By the clock is well.
      expr: `
        increase(pg_stat_bgwriter_checkpoints_req_total[1h]) > increase(pg_stat_bgwriter_checkpoints_timed_total[1h]) + 1
        or increase(pg_stat_checkpointer_num_requested_total[1h]) > increase(pg_stat_checkpointer_num_timed_total[1h]) + 1`,
      summary: '{{ $labels.service }} writes so much that it makes {{ $value | humanize }} checkpoints an hour out of turn',
    },
    ...Object.entries(volumes).map(([service, size]) => ({
      alert: 'PostgresVolumeFilling', severity: 'warning', for: '15m',
      expr: `sum by (service) (pg_database_size_bytes{service="${service}"}) / ${size.bytes} > 0.8`,
      summary: `the databases of {{ $labels.service }} are {{ $value | humanizePercentage }} of the ${size} asked for its volume`,
    } as const)),
  ]);
}

export const REDIS_RULES = builtInGroup('redis', [
  {
    alert: 'RedisMemory', severity: 'critical', for: '5m',
    // One that forgets is full by design; one that does not refuses to write.
    expr: `
      redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9
      and on (service, instance) redis_instance_info{maxmemory_policy="noeviction"}`,
    summary: '{{ $labels.service }} uses {{ $value | humanizePercentage }} of its memory, and will refuse to write',
  },
  {
    alert: 'RedisEvictions', severity: 'warning', for: '15m',
    expr: 'rate(redis_evicted_keys_total[5m]) > 10',
    summary: '{{ $labels.service }} forgets {{ $value | humanize }} keys a second to make room',
  },
]);

/** What may pass from one success to the next, with room for the run itself; nothing for what is not asked for. */
export interface BackupAges {
  readonly backup: Duration;
  /** Of copies elsewhere. */
  readonly offsite?: Duration;
  readonly drill?: Duration;
}

/** @param within by service. */
export function backupRules(within: Readonly<Record<string, BackupAges>>): RuleGroup {
  return builtInGroup('backup', Object.entries(within).flatMap(([service, { backup: age, offsite, drill }]) => [
    {
      alert: 'BackupOld', severity: 'critical', for: '5m',
      expr: `time() - backup_last_success_timestamp_seconds{service="${service}"} > ${age.inSeconds}`,
      summary: 'the last good backup of {{ $labels.service }} is {{ $value | humanizeDuration }} old',
    },
    {
      // A new system has none until the first night is over.
      alert: 'BackupAbsent', severity: 'critical', for: `${age.inSeconds}s`,
      expr: `absent(backup_last_success_timestamp_seconds{service="${service}"})`,
      summary: '{{ $labels.service }} has never made a backup, or nobody can see it',
    },
    ...(!offsite ? [] : [
      {
        alert: 'BackupOffsiteOld', severity: 'warning', for: '5m',
        expr: `time() - backup_offsite_last_success_timestamp_seconds{service="${service}"} > ${offsite.inSeconds}`,
        summary: 'no backup of {{ $labels.service }} was copied elsewhere for {{ $value | humanizeDuration }}',
      },
      {
        alert: 'BackupOffsiteAbsent', severity: 'warning', for: `${offsite.inSeconds}s`,
        expr: `absent(backup_offsite_last_success_timestamp_seconds{service="${service}"})`,
        summary: 'no backup of {{ $labels.service }} was ever copied elsewhere, or nobody can see it',
      },
    ] as const),
    ...(!drill ? [] : [
      {
        alert: 'BackupDrillOld', severity: 'warning', for: '5m',
        expr: `time() - backup_drill_last_success_timestamp_seconds{service="${service}"} > ${drill.inSeconds}`,
        summary: 'no drill of {{ $labels.service }} has passed for {{ $value | humanizeDuration }}: whether its backups restore is not known',
      },
      {
        alert: 'BackupDrillAbsent', severity: 'warning', for: `${drill.inSeconds}s`,
        expr: `absent(backup_drill_last_success_timestamp_seconds{service="${service}"})`,
        summary: 'no drill of {{ $labels.service }} has ever passed, or nobody can see it',
      },
    ] as const),
  ] as const));
}
