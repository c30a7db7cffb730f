import { Construct } from 'constructs';
import { BackupCronJob, HealthProbes, Monitoring, NginxProxy, Postgres, Redis, ReleaseJob, WebService, type NginxProxyProps, type Receiver } from '../../constructs';
import { Cron, Duration, Secret, Stack, text, Volume, type StackProps, type Tier } from '../../lib';
import { cedrusImage } from './image';

export interface CedrusProductionProps extends StackProps {
  /** The release: the tag of the image. */
  readonly version: string;
  /** The public name. */
  readonly host: string;
  /** Where the certificate comes from. */
  readonly tls: NginxProxyProps['tls'];
  /** Who hears of alerts. Default: the system is not observed. */
  readonly receivers?: readonly Receiver[];
}

/**
 * Behind nginx, with backups. Only nginx can be reached from outside; nothing can reach out.
 * The system names five services, and no monitoring: that is there for those who ask for it.
 */
export class CedrusProduction extends Stack {
  constructor(scope: Construct, environment: string, { version, host, tls, receivers, ...props }: CedrusProductionProps) {
    super(scope, 'cedrus', environment, props);
    const frontend: Tier = { name: 'frontend', range: '172.21.0.0/24' };
    const backend: Tier = { name: 'backend', range: '172.22.0.0/24' };

    const postgres = new Postgres(this, 'postgres', {
      version: 16, database: 'cedrus_prod', user: 'cedrus_prod', storage: '50Gi', tier: backend,
      resources: { cpu: 4, memory: '4Gi' },
      settings: {
        shared_buffers: '2GB', effective_cache_size: '6GB', work_mem: '50MB', maintenance_work_mem: '512MB', max_connections: 200,
        wal_buffers: '16MB', checkpoint_completion_target: 0.9, random_page_cost: 1.1, effective_io_concurrency: 200,
      },
      // The figures are the system's own. 200 connections with 50 MB each would not fit: four workers hold four of them.
      overcommit: true,
    });
    const redis = new Redis(this, 'redis', {
      version: '7', maxMemory: '1Gi', eviction: 'allkeys-lru', storage: '4Gi', tier: backend, resources: { cpu: 2, memory: '1536Mi' },
    });

    const images = cedrusImage(version);
    const key = new Secret(this, 'django', { keys: { 'secret-key': Secret.password(64) } });
    // Its program reads secrets from files, where nobody sees them who only looks at a container's settings.
    const django = {
      image: images.production,
      env: {
        SECRET_KEY_FILE: '/run/secrets/django/secret-key',
        DATABASE_URL: text`postgres://${postgres.user}@${postgres.endpoint}/${postgres.database}`,
        DATABASE_PASSWORD_FILE: `/run/secrets/postgres/${postgres.password.name}`,
        REDIS_URL: text`redis://${redis.endpoint}/0`,
        REDIS_PASSWORD_FILE: `/run/secrets/redis/${redis.password.name}`,
        ALLOWED_HOSTS: host,
        CSRF_TRUSTED_ORIGINS: `https://${host}`,
      },
      mounts: [
        { secret: key, path: '/run/secrets/django' },
        { secret: postgres.password.secret, path: '/run/secrets/postgres', keys: [postgres.password.name] },
        { secret: redis.password.secret, path: '/run/secrets/redis', keys: [redis.password.name] },
      ],
    } as const;
    const migrate = new ReleaseJob(this, 'migrate', {
      ...django, command: ['python', 'manage.py', 'migrate', '--noinput'], check: ['python', 'manage.py', 'migrate', '--check'], tier: backend,
    });
    const media = new Volume(this, 'media-files', { size: '20Gi' });
    const statics = new Volume(this, 'static-files', {
      size: '1Gi',
      filledBy: {
        image: images.production, path: '/srv/static',
        command: ['python', 'manage.py', 'collectstatic', '--noinput'],
        // It reads the settings, which want these, and opens no connection: no secret goes there.
        env: { SECRET_KEY: 'only-for-collecting-files-'.repeat(3), DATABASE_URL: 'postgres://none/none', REDIS_URL: 'redis://none/0' },
      },
    });
    const web = new WebService(this, 'web', {
      ...django,
      port: 8000, after: [migrate], tier: backend,
      restart: { onFailure: 3 },
      resources: { cpu: 4, memory: '4Gi' },
      sharedMemory: '64Mi',
      mounts: [...django.mounts, { volume: media, path: '/srv/media' }, { volume: statics, path: '/srv/static', readOnly: true }],
      // Uploads of 50 MB, one for each of four workers.
      scratch: [{ path: '/tmp', size: '256Mi' }],
      stop: { grace: '35s' },
      probes: HealthProbes.http({ ready: '/health/ready/', alive: '/health/', started: '/health/live/' }),
    });
    new NginxProxy(this, 'nginx', {
      version: '1.25', host, tls, tier: frontend,
      resources: { cpu: 2, memory: '512Mi' },
      routes: { '/': web },
      static: {
        '/static/': { volume: statics, cache: 'immutable', precompressed: true },
        '/media/': { volume: media, cache: Duration.days(7), noScripts: true },
      },
      maxBodySize: '50Mi',
      // Ten uploads at a time of one address are more than half of the 256 MB that there are for all.
      overcommit: true,
      keepAlive: '65s',
      rateLimits: {
        '/': { rate: '10r/s', burst: 20 },
        '/api/': { rate: '30r/s', burst: 50 },
        '/login/': { rate: '3r/m', burst: 3 },
      },
      connectionsPerAddress: 10,
      headers: { frameOptions: 'SAMEORIGIN', referrerPolicy: 'strict-origin-when-cross-origin', hsts: { maxAge: '365d', preload: true } },
      blockedFiles: ['*.py', '*.conf', '*.log', '*.sql'],
    });
    new BackupCronJob(this, 'backup', {
      of: postgres, name: 'cedrus_backup', schedule: Cron.daily('02:00'), keep: Duration.days(30), storage: '100Gi', deadline: '4h',
    });
    if (receivers) new Monitoring(this, 'monitoring', { receivers, published: { prometheus: 9090, grafana: 3000 } }).observe(this);
  }
}
