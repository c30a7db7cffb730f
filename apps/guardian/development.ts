import { Construct } from 'constructs';
import { nodeHeap, Postgres, Redis, ReleaseJob, WebService } from '../../constructs';
import { Secret, Stack, text, type ResourcesLike, type StackProps } from '../../lib';
import { guardianImage } from './image';
import { AUTH_KEYS, initDb, PRISMA, PROBES } from './settings';

/** Sources from the developer's own folder; every port on 127.0.0.1, and another than those of production. */
export class GuardianDevelopment extends Stack {
  constructor(scope: Construct, environment: string, props: StackProps) {
    super(scope, 'guardian', environment, { network: '172.24.0.0/17', ...props });
    const postgres = new Postgres(this, 'postgres', { version: 16, database: 'guardian_dev', user: 'guardian', storage: '5Gi', published: 5433, ...initDb });
    const redis = new Redis(this, 'redis', {
      version: '7', maxMemory: '512Mi', eviction: 'allkeys-lru', published: 6380, resources: { cpu: 1, memory: '768Mi' },
    });
    const auth = new Secret(this, 'auth', { keys: AUTH_KEYS });

    const image = guardianImage('dev').development;
    const database = { DATABASE_URL: text`${postgres.url}?connection_limit=10&pool_timeout=5` };
    const migrate = new ReleaseJob(this, 'migrate', { image, ...PRISMA, env: { ...PRISMA.env, ...database } });
    const resources: ResourcesLike = { cpu: 2, memory: '3Gi' };
    new WebService(this, 'web', {
      image, resources, port: 3000, published: 3001, after: [migrate], probes: PROBES,
      env: {
        ...database,
        REDIS_URL: text`${redis.url}/0`,
        NEXTAUTH_URL: 'http://localhost:3001',
        NEXTAUTH_SECRET: auth.key('nextauth-secret'),
        JWT_SECRET: auth.key('jwt-secret'),
        NODE_OPTIONS: nodeHeap(resources),
        QUERY_LOG: 1,
      },
      // What lies beside `src` (packages, Prisma's client) is the image's: it is built again when that changes.
      mounts: [{ source: 'apps/guardian/app/src', path: '/app/src', readOnly: true }],
      // What the development server compiles.
      scratch: [{ path: '/tmp', size: '256Mi' }, { path: '/app/.next', size: '512Mi' }],
      // The image has dumb-init.
      init: false,
    });
  }
}
