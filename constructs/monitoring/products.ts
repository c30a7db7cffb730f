import type { Construct } from 'constructs';
import { Duration, type Workload } from '../../lib/model';
import { BackupCronJob } from '../backup';
import { NginxProxy } from '../nginx';
import { Postgres } from '../postgres';
import { Redis } from '../redis';
import { WebService } from '../web-service';
import { Worker } from '../worker';
import { BackupExporter, NginxExporter, PostgresExporter, RedisExporter } from './exporters';
import { Jaeger } from './jaeger';
import { Loki } from './loki';
import type { Monitoring } from './monitoring';
import { backupRules, postgresRules, REDIS_RULES } from './rules';

/** How a product of the library is observed. The products know nothing of it. */
interface Product {
  readonly is: (thing: Construct) => boolean;
  readonly observe: (monitoring: Monitoring, thing: Construct, service: string) => void;
}

function product<T extends Construct>(type: abstract new (...args: never) => T, observe: (monitoring: Monitoring, thing: T, service: string) => void): Product {
  return { is: thing => thing instanceof type, observe: (monitoring, thing, service) => { observe(monitoring, thing as T, service); } };
}

/** What rules are about, by service: their sizes and schedules are read late, since aspects may change them. */
const databases = new WeakMap<Monitoring, Map<string, Postgres>>();
const backups = new WeakMap<Monitoring, Map<string, BackupCronJob>>();

export const PRODUCTS: readonly Product[] = [
  product(WebService, (monitoring, web, service) => {
    if (web.metrics !== undefined) monitoring.scrape({ job: 'app', service, endpoint: web.endpoint, path: web.metrics });
    monitoring.askReadiness(web.workload, service);
    monitoring.askAsVisitor(web.workload, service);
  }),

  { ...product(Worker, (monitoring, { metrics }, service) => {
    monitoring.scrape({ job: 'app', service, ...metrics! });
  }), is: thing => thing instanceof Worker && thing.metrics !== undefined },

  product(Postgres, (monitoring, db, service) => {
    const { endpoint } = new PostgresExporter(monitoring, `${service}-exporter`, { of: db, tier: monitoring.tier });
    monitoring.scrape({ job: 'postgres', service, endpoint });
    const known = remember(databases, monitoring).set(service, db);
    if (known.size === 1) monitoring.prometheus.addRules(() => postgresRules(Object.fromEntries([...known].flatMap(([name, { workload }]) =>
      workload.spec.mounts.flatMap(mount => ('volume' in mount ? [[name, mount.volume.spec.size]] : []))))));
    monitoring.dashboard('postgres');
  }),

  product(Redis, (monitoring, cache, service) => {
    const { endpoint } = new RedisExporter(monitoring, `${service}-exporter`, { of: cache, tier: monitoring.tier });
    monitoring.scrape({ job: 'redis', service, endpoint });
    monitoring.rules(REDIS_RULES);
    monitoring.dashboard('redis');
  }),

  product(NginxProxy, (monitoring, proxy, service) => {
    const { endpoint } = new NginxExporter(monitoring, `${service}-exporter`, { of: proxy, tier: monitoring.tier });
    monitoring.scrape({ job: 'nginx', service, endpoint });
    monitoring.askReadiness(proxy.workload, service);
    monitoring.askAsVisitor(proxy.workload, service, { path: proxy.landing, isTrusted: proxy.certificate?.spec.source.kind !== 'self-signed' });
    monitoring.dashboard('nginx');
  }),

  product(BackupCronJob, (monitoring, backup, service) => {
    const { endpoint } = new BackupExporter(monitoring, `${service}-exporter`, { of: backup, tier: monitoring.tier });
    monitoring.scrape({ job: 'backup', service, endpoint });
    const known = remember(backups, monitoring).set(service, backup);
    if (known.size === 1) monitoring.prometheus.addRules(() => backupRules(Object.fromEntries([...known].flatMap(([name, { workload, drill, isCopied }]) => {
      const age = longestAge(workload);
      return age ? [[name, { backup: age, offsite: isCopied ? age : undefined, drill: longestAge(drill) }]] : [];
    }))));
    monitoring.dashboard('backup');
  }),

  product(Loki, (monitoring, logs, service) => {
    monitoring.scrape({ job: 'logs', service, endpoint: logs.endpoint });
    monitoring.scrape({ job: 'logs', service: `${service}-alloy`, endpoint: logs.shipper.endpoint('http') });
  }),

  product(Jaeger, (monitoring, traces, service) => {
    monitoring.scrape({ job: 'traces', service, endpoint: traces.metrics });
  }),
];

/** The longest time from the end of one run to the end of the next, with an hour to spare. */
function longestAge({ spec: { runs } }: Workload): Duration | undefined {
  return runs.kind === 'schedule' ? Duration.seconds(runs.cron.longestPause.wholeSeconds + runs.deadline.wholeSeconds + 3600) : undefined;
}

function remember<T>(store: WeakMap<Monitoring, Map<string, T>>, monitoring: Monitoring): Map<string, T> {
  const known = store.get(monitoring) ?? new Map<string, T>();
  store.set(monitoring, known);
  return known;
}
