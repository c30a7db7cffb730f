import { Construct } from 'constructs';
import { Adminer, HealthProbes, Postgres, Redis, ReleaseJob, WebService } from '../../constructs';
import { Secret, Stack, text, Volume, type StackProps, type Tier } from '../../lib';
import { cedrusImage } from './image';

/**
 * Sources from the developer's own folder, every port on 127.0.0.1. The one network of the original is a range here:
 * each pair of services that talk has a network of its own in it, so that nobody comes to rely on a connection that
 * production does not have.
 */
export class CedrusDevelopment extends Stack {
  constructor(scope: Construct, environment: string, props: StackProps) {
    super(scope, 'cedrus', environment, { network: '172.20.0.0/16', ...props });
    const tier: Tier = { name: 'cedrus', range: '172.20.0.0/16' };
    const postgres = new Postgres(this, 'postgres', {
      version: 16, database: 'cedrus_dev', user: 'cedrus', storage: '5Gi', published: 5432, tier, resources: { cpu: 2, memory: '2Gi' },
    });
    const redis = new Redis(this, 'redis', {
      version: '7', maxMemory: '256Mi', eviction: 'allkeys-lru', published: 6379, tier, resources: { cpu: 1, memory: '512Mi' },
    });
    const django = {
      image: cedrusImage('dev').development,
      env: {
        DEBUG: 1,
        SECRET_KEY: new Secret(this, 'django', { keys: { 'secret-key': Secret.password(64) } }).key('secret-key'),
        DATABASE_URL: postgres.url,
        REDIS_URL: text`${redis.url}/0`,
        ALLOWED_HOSTS: 'localhost,127.0.0.1',
      },
      mounts: [
        { source: 'apps/cedrus/app', path: '/app' },
        { volume: new Volume(this, 'media-files', { size: '1Gi' }), path: '/srv/media' },
        { volume: new Volume(this, 'static-files', { size: '1Gi' }), path: '/srv/static' },
      ],
      scratch: [{ path: '/tmp', size: '256Mi' }],
      tier,
    } as const;
    const migrate = new ReleaseJob(this, 'migrate', { ...django, command: ['python', 'manage.py', 'migrate', '--noinput'], check: ['python', 'manage.py', 'migrate', '--check'] });
    new WebService(this, 'web', {
      ...django,
      port: 8000, published: 8000, after: [migrate],
      resources: { cpu: 2, memory: '2Gi' },
      probes: HealthProbes.http({ ready: '/health/ready/', alive: '/health/' }),
    });
    new Adminer(this, 'adminer', { of: postgres, published: 8080, resources: { cpu: '500m', memory: '256Mi' } });
  }
}
