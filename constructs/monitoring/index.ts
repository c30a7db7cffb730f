export * from './alertmanager';
export { BackupExporter, BlackboxExporter, HostExporter, NginxExporter, PostgresExporter, RedisExporter } from './exporters';
export type { BackupExporterProps, NginxExporterProps, PostgresExporterProps, RedisExporterProps } from './exporters';
export * from './grafana';
export * from './jaeger';
export * from './loki';
export * from './monitoring';
export * from './prometheus';
export type { Rule, RuleGroup } from './rules';
