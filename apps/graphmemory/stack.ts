import { Construct } from 'constructs';
import { BackupCronJob, HealthProbes, Monitoring, NginxProxy, Postgres, Redis, ReleaseJob, WebService, type MonitoringProps, type NginxProxyProps } from '../../constructs';
import { Cron, Stack, text, Volume, type DurationLike, type SizeLike, type StackProps } from '../../lib';
import { images } from './images';
import type { Networks } from './networks';

export interface GraphMemoryProps extends StackProps {
  /** The release: the tag of the images. */
  readonly version: string;
  /** Which stage of the images runs. */
  readonly stage: 'production' | 'development';
  readonly networks: Networks;
  /** The public name, and where its certificate comes from. */
  readonly host: string;
  readonly tls: NginxProxyProps['tls'];
  /** How many of the api nginx spreads requests over. */
  readonly replicas: number;
  /** Of Postgres, Kuzu and Prometheus each. */
  readonly storage: SizeLike;
  /** How long Prometheus keeps samples. */
  readonly retention: DurationLike;
  readonly receivers: MonitoringProps['receivers'];
  /** Room for backups of Postgres, daily, for 30 days. The system asks for none; its production should have some. Default: none are made. */
  readonly backups?: SizeLike;
  /** The sources in the project, mounted for hot reload: on a developer's own machine. */
  readonly sources?: string;
  /** Whether each service is also on the developer's own machine, under its own port. */
  readonly isPublished?: boolean;
}

/** Memories as a graph: nginx → dashboard and api → analytics, Postgres, Redis, all of it watched. */
export class GraphMemory extends Stack {
  constructor(scope: Construct, environment: string, props: GraphMemoryProps) {
    const { version, stage, networks: { frontend, backend, database, monitoring }, host, tls, replicas, storage, retention, receivers, backups, sources, isPublished = false, ...rest } = props;
    super(scope, 'graphmemory', environment, rest);
    const image = images(version);
    const published = (port: number) => (isPublished ? port : undefined);
    const mounts = sources === undefined ? [] : [{ source: sources, path: '/app' }];

    const postgres = new Postgres(this, 'postgres', {
      version: 17, database: 'graphmemory', storage, tier: database, published: published(5432), resources: { cpu: 1, memory: '1Gi' },
    });
    const redis = new Redis(this, 'redis', {
      version: '7', maxMemory: '256Mi', eviction: 'allkeys-lru', tier: database, published: published(6379), resources: { cpu: '500m', memory: '512Mi' },
    });

    const analytics = new WebService(this, 'analytics', {
      image: image.analytics[stage],
      // Kuzu has one writer: one replica, one process. What it holds is an index, which the api can fill again from Postgres.
      port: 8002, replicas: 1, tier: backend, metrics: '/metrics', published: published(8002),
      env: { KUZU_FOLDER: '/var/lib/kuzu', KUZU_BUFFER_MEBIBYTES: 256, KUZU_THREADS: 2, OMP_NUM_THREADS: 2, OPENBLAS_NUM_THREADS: 2 },
      mounts: [{ volume: new Volume(this, 'kuzu', { size: storage }), path: '/var/lib/kuzu' }, ...mounts],
      resources: { cpu: 2, memory: '1536Mi' },
      stop: { grace: '35s' },
      probes: HealthProbes.http({ ready: '/health/ready', alive: '/health/live' }),
    });

    const migrate = new ReleaseJob(this, 'migrate', {
      image: image.api[stage], env: { DATABASE_URL: postgres.url }, mounts, tier: backend,
      command: ['python', '-m', 'api.migrate'], check: ['python', '-m', 'api.migrate', '--check'],
    });
    const api = new WebService(this, 'api', {
      image: image.api[stage],
      port: 8000, replicas, tier: backend, metrics: '/metrics', published: published(8000), after: [migrate],
      // Memories that come while analytics is away wait for it.
      startsWithout: [analytics],
      env: { DATABASE_URL: postgres.url, REDIS_URL: text`${redis.url}/0`, ANALYTICS_URL: analytics.url, CACHE_SECONDS: 30, PROMETHEUS_MULTIPROC_DIR: '/run/metrics' },
      mounts,
      scratch: [{ path: '/tmp', size: '64Mi' }, { path: '/run/metrics', size: '64Mi' }],
      resources: { cpu: 1, memory: '768Mi' },
      stop: { grace: '35s' },
      probes: HealthProbes.http({ ready: '/api/health/ready', alive: '/api/health/live' }),
    });

    const dashboard = new WebService(this, 'dashboard', {
      image: image.dashboard[stage],
      // A visitor's session lives in the process that their WebSocket leads to: one replica.
      port: 8501, replicas: 1, tier: frontend, published: published(8501),
      startsWithout: [api, analytics],
      env: { API_URL: api.url, ANALYTICS_URL: analytics.url },
      mounts,
      resources: { cpu: 1, memory: '768Mi' },
      // Streamlit's health is whether its sessions can run; its configuration is there as long as it answers at all.
      probes: HealthProbes.http({ ready: '/_stcore/health', alive: '/_stcore/host-config' }),
    });

    const nginx = new NginxProxy(this, 'nginx', {
      host, tls, tier: frontend,
      resources: { cpu: '500m', memory: '256Mi' },
      routes: { '/': { to: dashboard, webSocket: true }, '/api/': api },
      hidden: ['/_stcore/metrics'],
      rateLimits: { '/api/': { rate: '30r/s', burst: 60 } },
      // Streamlit's page has one script of its own in it, known by its hash, makes styles as it goes, and draws tables in workers.
      headers: { contentSecurityPolicy: "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'; script-src 'self' 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:" },
    });

    const watched: Construct[] = [nginx, dashboard, api, analytics, postgres, redis];
    if (backups !== undefined) watched.push(new BackupCronJob(this, 'backup', { of: postgres, schedule: Cron.daily('02:00'), keep: '30d', storage: backups }));
    new Monitoring(this, 'monitoring', { receivers, retention, storage, tier: monitoring, published: { prometheus: 9090, grafana: 3000 } }).observe(...watched);
  }
}
