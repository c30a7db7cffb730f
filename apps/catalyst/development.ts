import { Construct } from 'constructs';
import { Postgres, Redis, WebService } from '../../constructs';
import { Route, Stack, text, type StackProps } from '../../lib';
import { initScripts } from './database';
import { catalystImage, DEBUG_PORT, probes } from './image';

/** The application by itself, with what it cannot do without: sources from the developer's own folder, every port on 127.0.0.1. */
export class CatalystDevelopment extends Stack {
  constructor(scope: Construct, environment: string, props: StackProps) {
    super(scope, 'catalyst', environment, { network: '172.27.0.0/17', ...props });
    const postgres = new Postgres(this, 'postgres', {
      version: 15, database: 'catalyst', initScripts: initScripts(), storage: '5Gi', published: 5432, resources: { cpu: 1, memory: '512Mi' },
    });
    const redis = new Redis(this, 'redis', { version: '7', eviction: 'allkeys-lru', published: 6379, resources: { cpu: '500m', memory: '256Mi' } });
    const backend = new WebService(this, 'catalyst-backend', {
      image: catalystImage('dev').development,
      port: 8000, published: 8000, ports: { debug: DEBUG_PORT },
      env: { DATABASE_URL: postgres.url, REDIS_URL: text`${redis.url}/0`, OMP_THREAD_LIMIT: 1 },
      mounts: [{ source: 'apps/catalyst/app', path: '/app' }],
      scratch: [{ path: '/tmp', size: '256Mi' }],
      resources: { cpu: 2, memory: '1Gi' },
      probes,
    });
    new Route(this, 'debug', { to: backend.workload.endpoint('debug') });
  }
}
