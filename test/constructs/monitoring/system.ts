import type { Construct } from 'constructs';
import { BackupCronJob, HealthProbes, Loki, Jaeger, Monitoring, NginxProxy, Postgres, Redis, WebService, type MonitoringProps, type WebServiceProps } from '../../../constructs';
import { Cron, Image, Stack, type StackProps } from '../../../lib';

export const RECEIVERS: MonitoringProps['receivers'] = [
  { kind: 'email', to: 'ops@shop.example', from: 'alerts@shop.example', smarthost: 'smtp.example:587', username: 'alerts' },
  { kind: 'webhook', name: 'pager' },
];

/** A system with one of each kind of thing that can be observed. */
export class Observed extends Stack {
  readonly db: Postgres;
  readonly cache: Redis;
  readonly web: WebService;
  readonly proxy: NginxProxy;
  readonly backup: BackupCronJob;
  readonly monitoring: Monitoring;

  constructor(scope: Construct, environment: string, { web = {}, isComplete = true, ...props }: StackProps & { readonly web?: Partial<WebServiceProps>; readonly isComplete?: boolean }) {
    super(scope, 'shop', environment, { network: '172.29.0.0/16', ...props });
    this.db = new Postgres(this, 'db', { version: 17, storage: '10Gi' });
    this.cache = new Redis(this, 'cache', { version: '7', eviction: 'noeviction' });
    this.web = new WebService(this, 'web', {
      image: Image.registry('example/app:1.0', { user: { uid: 101, gid: 101 }, tools: ['curl'] }),
      port: 8081, metrics: '/metrics', replicas: 2,
      env: { DATABASE_URL: this.db.url, CACHE_URL: this.cache.url },
      probes: HealthProbes.http({ ready: '/ready', headers: { Host: 'shop.example' } }),
      ...web,
    });
    this.proxy = new NginxProxy(this, 'proxy', { host: 'shop.example', routes: { '/': this.web }, tls: 'self-signed' });
    this.backup = new BackupCronJob(this, 'backup', {
      of: this.db, schedule: Cron.daily('02:00'), storage: '20Gi', drill: Cron.daily('04:00'),
      offsite: { image: this.db.image, program: '/bin/true' },
    });
    const parts = isComplete ? { logs: new Loki(this, 'logs'), traces: new Jaeger(this, 'traces') } : {};
    this.monitoring = new Monitoring(this, 'monitoring', { receivers: RECEIVERS, ...parts });
    this.monitoring.observe(this.web, this.db, this.cache, this.proxy, this.backup);
  }
}
