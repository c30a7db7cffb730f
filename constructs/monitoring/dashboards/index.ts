import { dashboard } from './dashboard';

/** The dashboards by the name of their file. Each shows every service of its kind. */
export const DASHBOARDS = {
  system: dashboard('compose8s-system', 'System', [
    { title: 'Targets that answer', unit: 'short', isNumber: true, queries: { up: 'sum(up)' } },
    { title: 'Targets that do not', unit: 'short', isNumber: true, queries: { down: 'sum(up == bool 0)' } },
    { title: 'Services not ready', unit: 'short', isNumber: true, queries: { 'not ready': 'sum(probe_success{job="ready"} == bool 0)' } },
    { title: 'Alerts', unit: 'short', isNumber: true, queries: { firing: 'count(ALERTS{alertstate="firing"}) or vector(0)' } },
    { title: 'Processors', unit: 'percentunit', queries: { used: '1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m]))' } },
    { title: 'Memory', unit: 'percentunit', queries: { used: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes' } },
    { title: 'Disk', unit: 'percentunit', queries: { used: '1 - node_filesystem_avail_bytes / node_filesystem_size_bytes' } },
    { title: 'Load', unit: 'short', queries: { '1 minute': 'node_load1', '15 minutes': 'node_load15' } },
    { title: 'Visitors wait for', unit: 's', queries: { '{{host}}': 'probe_duration_seconds{job="public"}' } },
    { title: 'Certificates are good for', unit: 's', queries: { '{{host}}': 'probe_ssl_earliest_cert_expiry{job="certificate"} - time()' } },
  ]),
  postgres: dashboard('compose8s-postgres', 'Postgres', [
    { title: 'Answers', unit: 'short', isNumber: true, queries: { '{{service}}': 'pg_up' } },
    { title: 'Connections used', unit: 'percentunit', isNumber: true, queries: { '{{service}}': 'sum by (service) (pg_stat_activity_count) / max by (service) (pg_settings_max_connections)' } },
    { title: 'Found in memory', unit: 'percentunit', isNumber: true, queries: { '{{service}}': 'sum by (service) (rate(pg_stat_database_blks_hit[5m])) / (sum by (service) (rate(pg_stat_database_blks_hit[5m])) + sum by (service) (rate(pg_stat_database_blks_read[5m])))' } },
    { title: 'Size', unit: 'bytes', isNumber: true, queries: { '{{service}}': 'sum by (service) (pg_database_size_bytes)' } },
    { title: 'Connections', unit: 'short', queries: { '{{service}} {{state}}': 'sum by (service, state) (pg_stat_activity_count)' } },
    { title: 'Transactions', unit: 'ops', queries: { '{{service}} committed': 'sum by (service) (rate(pg_stat_database_xact_commit[5m]))', '{{service}} rolled back': 'sum by (service) (rate(pg_stat_database_xact_rollback[5m]))' } },
    { title: 'Rows', unit: 'ops', queries: { '{{service}} read': 'sum by (service) (rate(pg_stat_database_tup_fetched[5m]))', '{{service}} written': 'sum by (service) (rate(pg_stat_database_tup_inserted[5m]) + rate(pg_stat_database_tup_updated[5m]) + rate(pg_stat_database_tup_deleted[5m]))' } },
    { title: 'Locks and deadlocks', unit: 'short', queries: { '{{service}} locks': 'sum by (service) (pg_locks_count)', '{{service}} deadlocks': 'sum by (service) (increase(pg_stat_database_deadlocks[5m]))' } },
    { title: 'Checkpoints an hour', unit: 'short', queries: { '{{service}} out of turn': 'increase(pg_stat_checkpointer_num_requested_total[1h]) or increase(pg_stat_bgwriter_checkpoints_req_total[1h])', '{{service}} by the clock': 'increase(pg_stat_checkpointer_num_timed_total[1h]) or increase(pg_stat_bgwriter_checkpoints_timed_total[1h])' } },
    { title: 'Temporary files', unit: 'Bps', queries: { '{{service}}': 'sum by (service) (rate(pg_stat_database_temp_bytes[5m]))' } },
  ]),
  redis: dashboard('compose8s-redis', 'Redis', [
    { title: 'Answers', unit: 'short', isNumber: true, queries: { '{{service}}': 'redis_up' } },
    { title: 'Memory used', unit: 'percentunit', isNumber: true, queries: { '{{service}}': 'redis_memory_used_bytes / (redis_memory_max_bytes > 0)' } },
    { title: 'Hits', unit: 'percentunit', isNumber: true, queries: { '{{service}}': 'rate(redis_keyspace_hits_total[5m]) / (rate(redis_keyspace_hits_total[5m]) + rate(redis_keyspace_misses_total[5m]))' } },
    { title: 'Clients', unit: 'short', isNumber: true, queries: { '{{service}}': 'redis_connected_clients' } },
    { title: 'Memory', unit: 'bytes', queries: { '{{service}} used': 'redis_memory_used_bytes', '{{service}} limit': 'redis_memory_max_bytes' } },
    { title: 'Commands', unit: 'ops', queries: { '{{service}}': 'rate(redis_commands_processed_total[5m])' } },
    { title: 'Keys', unit: 'short', queries: { '{{service}} {{db}}': 'redis_db_keys' } },
    { title: 'Keys forgotten', unit: 'ops', queries: { '{{service}} to make room': 'rate(redis_evicted_keys_total[5m])', '{{service}} expired': 'rate(redis_expired_keys_total[5m])' } },
  ]),
  nginx: dashboard('compose8s-nginx', 'nginx', [
    { title: 'Answers', unit: 'short', isNumber: true, queries: { '{{service}}': 'nginx_up' } },
    { title: 'Requests', unit: 'reqps', queries: { '{{service}}': 'rate(nginx_http_requests_total[5m])' } },
    { title: 'Connections', unit: 'short', queries: { '{{service}} reading': 'nginx_connections_reading', '{{service}} writing': 'nginx_connections_writing', '{{service}} waiting': 'nginx_connections_waiting' } },
    { title: 'Connections refused', unit: 'ops', queries: { '{{service}}': 'rate(nginx_connections_accepted[5m]) - rate(nginx_connections_handled[5m])' } },
    { title: 'Visitors wait for', unit: 's', queries: { '{{host}} {{phase}}': 'probe_http_duration_seconds{job="public"}' } },
  ]),
  requests: dashboard('compose8s-requests', 'Requests', [
    { title: 'Requests', unit: 'reqps', queries: { '{{service}}': 'sum by (service) (rate(http_request_duration_seconds_count[5m]))' } },
    { title: 'p95', unit: 's', queries: { '{{service}}': 'histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket[5m])))' } },
  ]),
  backup: dashboard('compose8s-backup', 'Backup', [
    { title: 'Age of the last good one', unit: 's', isNumber: true, queries: { '{{service}}': 'time() - backup_last_success_timestamp_seconds' } },
    { title: 'Its size', unit: 'bytes', isNumber: true, queries: { '{{service}}': 'backup_last_size_bytes' } },
    { title: 'It took', unit: 's', isNumber: true, queries: { '{{service}}': 'backup_last_duration_seconds' } },
    { title: 'Backups kept', unit: 'short', isNumber: true, queries: { '{{service}}': 'backup_files' } },
    { title: 'Size', unit: 'bytes', queries: { '{{service}}': 'backup_last_size_bytes' } },
    { title: 'Duration', unit: 's', queries: { '{{service}}': 'backup_last_duration_seconds' } },
  ]),
} as const;
