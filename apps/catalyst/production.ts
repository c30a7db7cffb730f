import { Construct } from 'constructs';
import { BackupCronJob, Monitoring, NginxProxy, Postgres, Redis, WebService, type NginxProxyProps, type Receiver } from '../../constructs';
import { Cron, Duration, Stack, text, type StackProps } from '../../lib';
import { initScripts } from './database';
import { catalystImage, probes } from './image';

export interface CatalystProductionProps extends StackProps {
  /** The release: the tag of the image. */
  readonly version: string;
  /** The public name. */
  readonly host: string;
  /** Where the certificate comes from. */
  readonly tls: NginxProxyProps['tls'];
  readonly replicas: number;
  /** Who hears of alerts. */
  readonly receivers: readonly Receiver[];
}

/** nginx spreads the work over the replicas, and none of a visitor's requests fails when one of them goes. */
export class CatalystProduction extends Stack {
  constructor(scope: Construct, environment: string, { version, host, tls, replicas, receivers, ...props }: CatalystProductionProps) {
    super(scope, 'catalyst', environment, { network: '172.27.128.0/17', ...props });
    const postgres = new Postgres(this, 'postgres', {
      version: 15, database: 'catalyst', initScripts: initScripts(), storage: '50Gi', resources: { cpu: 2, memory: '2Gi' },
    });
    const redis = new Redis(this, 'redis', { version: '7', eviction: 'allkeys-lru', maxMemory: '512Mi', storage: '2Gi', resources: { cpu: 1, memory: '1Gi' } });
    const backend = new WebService(this, 'catalyst-backend', {
      image: catalystImage(version).production,
      port: 8000, replicas, metrics: '/metrics',
      env: {
        DATABASE_URL: postgres.url,
        REDIS_URL: text`${redis.url}/0`,
        PROMETHEUS_MULTIPROC_DIR: '/tmp/metrics',
        // Four workers read at a time: threads of Tesseract's own would only stand in each other's way.
        OMP_THREAD_LIMIT: 1,
      },
      // Pictures that Tesseract is reading, one for each worker, and the counters of all.
      scratch: [{ path: '/tmp', size: '256Mi' }],
      sharedMemory: '64Mi',
      resources: { cpu: 2, memory: '1Gi' },
      stop: { grace: '35s' },
      probes,
    });
    new NginxProxy(this, 'nginx', {
      host, tls,
      // Neither metrics nor the pages of the API's documentation are for visitors.
      routes: {
        // A picture that is sent again makes no second document.
        '/api/': { to: backend, idempotent: true },
        '/health': backend,
      },
      maxBodySize: '10Mi',
      resources: { cpu: 1, memory: '256Mi' },
    });
    new BackupCronJob(this, 'backup', { of: postgres, name: 'catalyst_backup', schedule: Cron.daily('02:00'), keep: Duration.days(30), storage: '100Gi' });
    // Dashboards are Grafana's. Alerts are Prometheus' rules, which are shown there and reach people by Alertmanager.
    new Monitoring(this, 'monitoring', {
      receivers, published: { prometheus: 9090, grafana: 3000 },
      // To read a page takes seconds.
      objectives: { p95: '10s' },
    }).observe(this);
  }
}
