import type { RuleGroup } from '../../../constructs/monitoring/rules';

/** Series in the notation of `promtool test rules`, one sample a minute from the beginning of time on. */
type Series = Readonly<Record<string, string>>;
interface Case { readonly at: string; readonly series: Series }
type Cases = Readonly<Record<string, { readonly fires: readonly Case[]; readonly quiet: readonly Case[] }>>;

const db = 'job="postgres",service="db",instance="db-exporter:9187"';
const cache = 'job="redis",service="cache",instance="cache-exporter:9121"';
const policy = (name: string) => `redis_instance_info{${cache},maxmemory_policy="${name}"}`;
const requests = (status: string) => `http_request_duration_seconds_count{job="app",service="web",status="${status}"}`;
const bucket = (le: string) => `http_request_duration_seconds_bucket{job="app",service="web",status="200",le="${le}"}`;
const disk = (metric: string) => `node_filesystem_${metric}_bytes{job="host",service="monitoring-host",mountpoint="/"}`;
const certificate = 'probe_ssl_earliest_cert_expiry{job="certificate",service="proxy",host="shop.example"}';
/** What a client says that takes only good certificates: of one that has expired, nothing. */
const taken = certificate.replace('"certificate"', '"public"');
const success = 'backup_last_success_timestamp_seconds{job="backup",service="backup"}';
const copied = 'backup_offsite_last_success_timestamp_seconds{job="backup",service="backup"}';
const drilled = 'backup_drill_last_success_timestamp_seconds{job="backup",service="backup"}';
const replica = (n: number) => `up{job="app",service="web",instance="10.0.0.${n}:8081"}`;
const web = { [replica(1)]: '1x20', [replica(2)]: '1x20' };
const DAY = 86400;

/** What makes each alert fire, and what is close to it and does not. */
export const CASES: Cases = {
  ServiceDown: {
    fires: [
      { at: '5m', series: { 'up{job="app",service="web"}': '1 1 0x10' } },
      { at: '5m', series: { ...web, [`up{${db}}`]: '1x10', [`pg_up{${db}}`]: '1 0x10' } },
      { at: '5m', series: { ...web, [`up{${cache}}`]: '1x10', [`redis_up{${cache}}`]: '0x10' } },
      { at: '5m', series: { ...web, 'up{job="nginx",service="proxy"}': '1x10', 'nginx_up{job="nginx",service="proxy"}': '0x10' } },
      // All replicas have ended, and with them their addresses.
      { at: '5m', series: { [replica(1)]: '1 stale', [replica(2)]: '1x2 stale' } },
    ],
    quiet: [
      { at: '10m', series: { 'up{job="app",service="web"}': '1x20', [`pg_up{${db}}`]: '1x20' } },
      // One scrape that failed.
      { at: '4m', series: { 'up{job="app",service="web"}': '1 1 0 1 1 1' } },
    ],
  },
  ReplicaMissing: {
    fires: [
      // The other one has ended, and with it its address.
      { at: '10m', series: { [replica(1)]: '1x20', [replica(2)]: '1x2 stale' } },
      { at: '10m', series: { [replica(1)]: '1x20', [replica(2)]: '0x20' } },
      { at: '10m', series: {} },
    ],
    quiet: [
      { at: '10m', series: { [replica(1)]: '1x20', [replica(2)]: '1x20' } },
      // Each is replaced by a new version.
      { at: '10m', series: { [replica(1)]: '1x5 stale', [replica(2)]: '1x20', [replica(3)]: '_x7 1x20' } },
    ],
  },
  ReplicaNotReady: {
    // Two replicas, one of them unready: another is asked each time.
    fires: [{ at: '25m', series: { 'probe_success{job="ready",service="web"}': '1 0 0 1 0 1 1 0 1 1 1 0 1 0 0 1 1 0 1 0 0 1 1 1 0 1' } }],
    // A new version is rolled out.
    quiet: [{ at: '25m', series: { 'probe_success{job="ready",service="web"}': '1x8 0 1 0 0 1 0 1x30' } }],
  },
  ReadinessFailing: {
    fires: [{ at: '5m', series: { 'probe_success{job="ready",service="web"}': '0x10' } }],
    quiet: [{ at: '5m', series: { 'probe_success{job="ready",service="web"}': '1 1 0 1 1 1 1', 'probe_success{job="public",service="proxy"}': '0x10' } }],
  },
  PublicRouteFailing: {
    fires: [{ at: '5m', series: { 'probe_success{job="public",service="proxy",host="shop.example"}': '0x10' } }],
    quiet: [{ at: '5m', series: { 'probe_success{job="public",service="proxy"}': '1x10', 'probe_success{job="ready",service="web"}': '0x10' } }],
  },
  RestartLoop: {
    fires: [
      { at: '15m', series: { 'process_start_time_seconds{job="app",service="web"}': '0x3 200x3 400x3 600x10' } },
      { at: '15m', series: { [`pg_postmaster_start_time_seconds{${db}}`]: '0x3 200x3 400x3 600x10' } },
      { at: '15m', series: { [`redis_uptime_in_seconds{${cache}}`]: '0 60 120 0 60 120 0 60 120 0 60 120 180 240 300 360' } },
      { at: '15m', series: { 'nginx_http_requests_total{job="nginx",service="proxy"}': '5 9 1 9 1 9 1 9 1 9 10 11 12 13 14 15' } },
    ],
    // A new version is rolled out.
    quiet: [{ at: '15m', series: { 'process_start_time_seconds{job="app",service="web"}': '0x8 500x10' } }],
  },
  SlowRequests: {
    fires: [{ at: '20m', series: { [bucket('0.1')]: '0+80x30', [bucket('0.2')]: '0+90x30', [bucket('0.5')]: '0+100x30', [bucket('+Inf')]: '0+100x30' } }],
    quiet: [{ at: '20m', series: { [bucket('0.1')]: '0+80x30', [bucket('0.2')]: '0+96x30', [bucket('0.5')]: '0+100x30', [bucket('+Inf')]: '0+100x30' } }],
  },
  RequestErrors: {
    fires: [
      { at: '15m', series: { [requests('200')]: '0+98x20', [requests('500')]: '0+2x20' } },
      { at: '15m', series: { 'http_request_duration_seconds_count{job="app",service="web",code="200"}': '0+98x20', 'http_request_duration_seconds_count{job="app",service="web",code="503"}': '0+2x20' } },
    ],
    // What visitors ask for in vain is not an error of ours.
    quiet: [{ at: '15m', series: { [requests('200')]: '0+995x20', [requests('500')]: '0+5x20', [requests('404')]: '0+500x20' } }],
  },
  DiskFilling: {
    fires: [
      { at: '30m', series: { [disk('avail')]: '14x40', [disk('size')]: '100x40' } },
      // Full in nine hours.
      { at: '8h', series: { [disk('avail')]: '86400-100x500', [disk('size')]: '100000x500' } },
    ],
    quiet: [{ at: '30m', series: { [disk('avail')]: '35x40', [disk('size')]: '100x40' } }],
  },
  DiskFull: {
    fires: [{ at: '10m', series: { [disk('avail')]: '4x20', [disk('size')]: '100x20' } }],
    quiet: [{ at: '10m', series: { [disk('avail')]: '6x20', [disk('size')]: '100x20' } }],
  },
  CertificateExpiresSoon: {
    fires: [{ at: '2h', series: { [certificate]: `${20 * DAY}x150` } }],
    quiet: [{ at: '2h', series: { [certificate]: `${22 * DAY}x150` } }],
  },
  CertificateExpires: {
    fires: [
      { at: '30m', series: { [certificate]: `${4 * DAY}x60`, [taken]: `${4 * DAY}x60` } },
      // It has expired after ten minutes, and is still the one that visitors are shown.
      { at: '2h', series: { [certificate]: '600x150', [taken]: '600x9 stale' } },
    ],
    quiet: [
      { at: '30m', series: { [certificate]: `${20 * DAY}x60` } },
      // Another one has taken its place.
      { at: '2h', series: { [certificate]: `600x60 ${90 * DAY}x90` } },
    ],
  },
  PostgresConnections: {
    fires: [{ at: '10m', series: { [`pg_stat_activity_count{${db},state="active"}`]: '50x20', [`pg_stat_activity_count{${db},state="idle"}`]: '35x20', [`pg_settings_max_connections{${db}}`]: '100x20' } }],
    quiet: [{ at: '10m', series: { [`pg_stat_activity_count{${db},state="active"}`]: '75x20', [`pg_settings_max_connections{${db}}`]: '100x20' } }],
  },
  PostgresReplicationLag: {
    fires: [{ at: '10m', series: { [`pg_replication_lag_seconds{${db}}`]: '60x20', [`pg_replication_is_replica{${db}}`]: '1x20' } }],
    // A primary has no lag, whatever the metric says.
    quiet: [{ at: '10m', series: { [`pg_replication_lag_seconds{${db}}`]: '60x20', [`pg_replication_is_replica{${db}}`]: '0x20' } }],
  },
  PostgresCheckpoints: {
    fires: [
      { at: '100m', series: { [`pg_stat_checkpointer_num_requested_total{${db}}`]: '0+1x120', [`pg_stat_checkpointer_num_timed_total{${db}}`]: '0+0.2x120' } },
      { at: '100m', series: { [`pg_stat_bgwriter_checkpoints_req_total{${db}}`]: '0+1x120', [`pg_stat_bgwriter_checkpoints_timed_total{${db}}`]: '0+0.2x120' } },
    ],
    quiet: [{ at: '100m', series: { [`pg_stat_checkpointer_num_requested_total{${db}}`]: '0+0.01x120', [`pg_stat_checkpointer_num_timed_total{${db}}`]: '0+0.2x120' } }],
  },
  PostgresVolumeFilling: {
    fires: [{ at: '20m', series: { [`pg_database_size_bytes{${db},datname="db"}`]: '9000000000x30' } }],
    quiet: [{ at: '20m', series: { [`pg_database_size_bytes{${db},datname="db"}`]: '8000000000x30' } }],
  },
  RedisMemory: {
    fires: [{ at: '10m', series: { [`redis_memory_used_bytes{${cache}}`]: '95x20', [`redis_memory_max_bytes{${cache}}`]: '100x20', [policy('noeviction')]: '1x20' } }],
    quiet: [
      // A full cache is a good cache.
      { at: '10m', series: { [`redis_memory_used_bytes{${cache}}`]: '99x20', [`redis_memory_max_bytes{${cache}}`]: '100x20', [policy('allkeys-lru')]: '1x20' } },
      { at: '10m', series: { [`redis_memory_used_bytes{${cache}}`]: '80x20', [`redis_memory_max_bytes{${cache}}`]: '100x20', [policy('noeviction')]: '1x20' } },
    ],
  },
  RedisEvictions: {
    fires: [{ at: '30m', series: { [`redis_evicted_keys_total{${cache}}`]: '0+1200x40' } }],
    quiet: [{ at: '30m', series: { [`redis_evicted_keys_total{${cache}}`]: '0+60x40' } }],
  },
  BackupOld: {
    fires: [{ at: '27h', series: { [success]: '0x1700' } }],
    quiet: [{ at: '25h', series: { [success]: '0x1700' } }],
  },
  BackupAbsent: {
    fires: [{ at: '28h', series: { 'up{job="backup",service="backup"}': '1x1700' } }],
    quiet: [{ at: '28h', series: { [success]: `0x120 ${7200}x1700` } }, { at: '20h', series: {} }],
  },
  BackupOffsiteOld: {
    // Each night a backup is made that stays here alone.
    fires: [{ at: '27h', series: { [success]: '0+60x1700', [copied]: '0x1700' } }],
    quiet: [{ at: '25h', series: { [copied]: '0x1700' } }, { at: '27h', series: { [success]: '0x1700', [copied]: '0+60x1700' } }],
  },
  BackupOffsiteAbsent: {
    fires: [{ at: '28h', series: { [success]: '0+60x1700' } }],
    quiet: [{ at: '28h', series: { [copied]: '0x1700' } }, { at: '20h', series: {} }],
  },
  BackupDrillOld: {
    fires: [{ at: '28h', series: { [success]: '0+60x1700', [drilled]: '0x1700' } }],
    quiet: [{ at: '25h', series: { [drilled]: '0x1700' } }],
  },
  BackupDrillAbsent: {
    fires: [{ at: '28h', series: { [success]: '0+60x1700' } }],
    quiet: [{ at: '28h', series: { [drilled]: '0x1700' } }, { at: '25h', series: { [success]: '0+60x1700' } }],
  },
};

/** A file for `promtool test rules`: each alert fires where it should, and only there. */
export function unitTests(groups: readonly RuleGroup[], ruleFile: string, cases: Cases = CASES): string {
  const alerts = [...new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)))];
  const tests = alerts.flatMap(alert => (['fires', 'quiet'] as const).flatMap(outcome => (cases[alert]?.[outcome] ?? fail(`no case where ${alert} ${outcome}`)).map(({ at, series }) => ({
    name: `${alert} ${outcome}`,
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [{ expr: `count(ALERTS{alertname="${alert}", alertstate="firing"})`, eval_time: at, exp_samples: outcome === 'fires' ? [{ labels: '{}', value: 1 }] : [] }],
  }))));
  // JSON is YAML.
  return `${JSON.stringify({ rule_files: [ruleFile], evaluation_interval: '1m', tests }, null, 1)}\n`;
}

function fail(why: string): never {
  throw new Error(why);
}
