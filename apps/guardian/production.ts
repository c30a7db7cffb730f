import { Construct } from 'constructs';
import { BackupCronJob, Monitoring, nodeHeap, NginxProxy, Postgres, Redis, ReleaseJob, WebService, type NginxProxyProps } from '../../constructs';
import { Cron, Secret, Stack, text, type ResourcesLike, type StackProps } from '../../lib';
import { guardianImage } from './image';
import { AUTH_KEYS, initDb, PRISMA, PROBES } from './settings';

export interface GuardianProductionProps extends StackProps {
  /** The release: the tag of the image. */
  readonly version: string;
  /** The public name. */
  readonly host: string;
  /** Where the certificate comes from. */
  readonly tls: NginxProxyProps['tls'];
}

/** Behind nginx, with backups and monitoring. Operators reach Prometheus, Alertmanager and Grafana from the machine itself. */
export class GuardianProduction extends Stack {
  constructor(scope: Construct, environment: string, { version, host, tls, ...props }: GuardianProductionProps) {
    super(scope, 'guardian', environment, { network: '172.24.128.0/17', ...props });
    const postgres = new Postgres(this, 'postgres', {
      version: 16, database: 'guardian', user: 'guardian', storage: '20Gi', resources: { cpu: 2, memory: '2Gi' }, ...initDb,
    });
    const redis = new Redis(this, 'redis', {
      version: '7', maxMemory: '512Mi', eviction: 'allkeys-lru', storage: '2Gi', resources: { cpu: 1, memory: '768Mi' },
    });
    const auth = new Secret(this, 'auth', { keys: AUTH_KEYS });

    const image = guardianImage(version).production;
    const database = { DATABASE_URL: text`${postgres.url}?connection_limit=10&pool_timeout=5` };
    const migrate = new ReleaseJob(this, 'migrate', { image, ...PRISMA, env: { ...PRISMA.env, ...database } });
    const resources: ResourcesLike = { cpu: 2, memory: '1Gi' };
    const web = new WebService(this, 'web', {
      image, resources, port: 3000, metrics: '/api/metrics', after: [migrate], probes: PROBES,
      env: {
        ...database,
        REDIS_URL: text`${redis.url}/0`,
        NEXTAUTH_URL: `https://${host}`,
        NEXTAUTH_SECRET: auth.key('nextauth-secret'),
        JWT_SECRET: auth.key('jwt-secret'),
        NODE_OPTIONS: nodeHeap(resources),
      },
      // Pages that Next.js keeps.
      scratch: [{ path: '/tmp', size: '64Mi' }, { path: '/app/.next/cache', size: '64Mi' }],
      // The image has dumb-init.
      init: false,
    });
    const proxy = new NginxProxy(this, 'nginx', { host, tls, routes: { '/': web } });
    const backup = new BackupCronJob(this, 'backup', { of: postgres, schedule: Cron.daily('02:30'), storage: '40Gi' });

    // Its objectives, p95 of 200 ms and 1 % of errors, are Guardian's.
    new Monitoring(this, 'monitoring', { receivers: [{ kind: 'webhook', name: 'on-call' }], published: { prometheus: 9090, alertmanager: 9093, grafana: 3000 } })
      .observe(web, postgres, redis, proxy, backup);
  }
}
