import { Construct } from 'constructs';
import {
  Adminer, BackupCronJob, HealthProbes, Jaeger, Loki, Monitoring, NginxProxy, Postgres, Redis, ReleaseJob, uvicorn, WebService, Worker,
  type NginxProxyProps, type Receiver,
} from '../../constructs';
import { addRunbook, Cron, Duration, Stack, text, type ResourcesLike, type StackProps } from '../../lib';
import { WORK, WORK_RUNBOOKS } from './alerts';
import { agentImage } from './image';

/** Where operators find each part, on the host's own address. */
export interface Published {
  readonly backend: number;
  readonly postgres: number;
  readonly redis: number;
  readonly prometheus: number;
  readonly grafana: number;
  /** Logs are collected. */
  readonly loki?: number;
  /** Traces are collected. */
  readonly jaeger?: number;
  /** A page to look into the database. */
  readonly adminer?: number;
}

/** All in which environments differ. */
export interface AgentPlatformProps extends StackProps {
  /** The tag of the image. */
  readonly version: string;
  /** From outside. */
  readonly site: Pick<NginxProxyProps, 'host' | 'tls' | 'published' | 'reach'>;
  readonly published: Published;
  readonly database: string;
  readonly replicas: { readonly backend: number; readonly worker: number };
  readonly resources: { readonly postgres: ResourcesLike; readonly redis: ResourcesLike; readonly program: ResourcesLike };
  readonly storage: `${number}Gi`;
  /** Who hears of alerts. */
  readonly receivers: readonly Receiver[];
  /** The developer's own sources in place of those in the image; programs start anew when they change. */
  readonly sources?: string;
  /** Loads messages to try it with. */
  readonly testData?: boolean;
  /** When the database is backed up. Default: never. */
  readonly backup?: Cron;
}

/** nginx → the backend → Postgres, and a queue in Redis from which workers take the messages that the agent is to answer. */
export class AgentPlatform extends Stack {
  constructor(scope: Construct, environment: string, props: AgentPlatformProps) {
    super(scope, 'agent-platform', environment, props);
    const { version, site, published, database, replicas, resources, storage, receivers, sources, testData = false, backup } = props;
    const reload = sources !== undefined;
    const postgres = new Postgres(this, 'postgres', { database, user: database, storage, published: published.postgres, resources: resources.postgres });
    // It holds the queue: what it forgot would never be answered.
    const redis = new Redis(this, 'redis', { eviction: 'noeviction', published: published.redis, resources: resources.redis });
    const loki = published.loki === undefined ? undefined : new Loki(this, 'loki', { published: published.loki });
    const jaeger = published.jaeger === undefined ? undefined : new Jaeger(this, 'jaeger', { published: published.jaeger });

    const images = agentImage(version);
    const program = {
      image: reload ? images.development : images.production,
      mounts: reload ? [{ source: sources, path: '/app' }] : [],
      resources: resources.program,
    };
    const release = { ...program, env: { DATABASE_URL: postgres.url } };
    const service = {
      ...program,
      env: {
        ...(jaeger ? { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: text`${jaeger.otlp}/v1/traces` } : {}),
        ...(loki ? { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: text`${loki.otlp}/v1/logs` } : {}),
      },
      startsWithout: [...(jaeger ? [jaeger] : []), ...(loki ? [loki.shipper] : [])],
      stop: { grace: '35s' },
    } as const;
    const probes = HealthProbes.http({ ready: '/ready', alive: '/health' });

    const migrate = new ReleaseJob(this, 'migrate', { ...release, command: ['python', '-m', 'agents.migrate'], check: ['python', '-m', 'agents.migrate', '--check'] });
    const loaded = testData ? [new ReleaseJob(this, 'test-data', { ...release, after: [migrate], command: ['python', '-m', 'agents.testdata'], check: ['python', '-m', 'agents.testdata', '--check'] })] : [];
    const agent = new WebService(this, 'agent', {
      ...service, args: uvicorn({ app: 'agents.agent:app', port: 8001, reload }), port: 8001, probes, metrics: '/metrics',
    });
    const stores = { ...service.env, DATABASE_URL: postgres.url, REDIS_URL: text`${redis.url}/0` };
    // A port of a host belongs to one container: replicas on one host have the ports from this one on.
    const backend = new WebService(this, 'backend', {
      ...service, env: stores, after: [migrate, ...loaded], port: 8000, published: published.backend, replicas: replicas.backend, probes, metrics: '/metrics',
    });
    const work = ['python', '-m', 'agents.worker'];
    new Worker(this, 'worker', {
      ...service, env: { ...stores, AGENT_URL: agent.url }, after: [migrate], replicas: replicas.worker,
      args: reload ? ['watchfiles', '--filter', 'python', work.join(' '), '/app/agents'] : work,
      metrics: { port: 8002 },
      // It touches the files each time that it goes round, the first when it has its queue, the second in any case.
      probes: HealthProbes.command(touched('/tmp/ready', 1), { alive: { command: touched('/tmp/alive', 5) } }),
    });
    new NginxProxy(this, 'nginx', {
      ...site,
      // The metrics and the pages of the API's documentation are not for visitors.
      routes: { '/api/': backend, '/health': backend, '/ready': backend },
      rateLimits: { '/api/': { rate: '30r/s', burst: 50 } },
    });
    if (published.adminer !== undefined) new Adminer(this, 'adminer', { of: postgres, published: published.adminer });
    if (backup) new BackupCronJob(this, 'backup', { of: postgres, schedule: backup, keep: Duration.days(30), storage });
    new Monitoring(this, 'monitoring', {
      receivers, logs: loki, traces: jaeger, published: { prometheus: published.prometheus, grafana: published.grafana },
    }).observe(this).rules(WORK);
    addRunbook(this, () => WORK_RUNBOOKS);
  }
}

/** Whether a file was touched within so many minutes. */
function touched(file: string, minutes: number): readonly string[] {
  return ['sh', '-c', `test -n "$(find ${file} -mmin -${minutes})"`];
}
