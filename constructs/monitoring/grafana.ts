import { Construct } from 'constructs';
import { addRunbook, advice, Config, Route, Secret, steps, Text, Volume, Workload, type Endpoint, type ResourcesLike, type Runbook, type SizeLike, type Tier } from '../../lib/model';
import { HealthProbes } from '../health-probes';
import { IMAGES } from './images';
import { yaml, type Yaml } from './yaml';

/** Where {@link Grafana} reads from, and what it shows. */
export interface GrafanaProps {
  /** Where it reads from. Nobody can change these in its pages. Default: none of them. */
  readonly sources: {
    readonly prometheus?: Endpoint;
    readonly alertmanager?: Endpoint;
    readonly loki?: Endpoint;
    readonly jaeger?: Endpoint;
  };
  /** For users and what they make of their own. Default: 1 GiB. */
  readonly storage?: SizeLike;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
  /** The port on the host itself that publishes its pages. Default: not published. */
  readonly published?: number;
  /** Default: 0.5 CPU and 1 GiB. */
  readonly resources?: ResourcesLike;
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

const PROVISIONING = '/etc/compose8s/grafana';
const SECRETS = '/run/secrets/grafana';

/**
 * Pages of graphs. Its data sources and dashboards come from the graph; its administrator's password is a secret, nobody
 * signs up, and nobody looks without logging in. It calls nobody on the internet.
 *
 * Compose: a service with a named volume. Kubernetes: a StatefulSet with a claim template; nothing where the target is told
 * of a Prometheus Operator: the cluster has pages of its own.
 */
export class Grafana extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its pages, at port 3000. */
  readonly endpoint: Endpoint;
  private readonly dashboards: Config;

  constructor(scope: Construct, id: string, { sources, storage = '1Gi', storageClass, published, resources = { cpu: '500m', memory: '1Gi' }, tier }: GrafanaProps) {
    super(scope, id);
    const admin = new Secret(this, 'admin', { keys: ['password'] });
    this.dashboards = new Config(this, 'dashboards', { files: {} });
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.grafana,
      env: {
        GF_SECURITY_ADMIN_PASSWORD__FILE: `${SECRETS}/password`,
        GF_USERS_ALLOW_SIGN_UP: false,
        GF_AUTH_ANONYMOUS_ENABLED: false,
        GF_SECURITY_COOKIE_SAMESITE: 'strict',
        GF_SECURITY_DISABLE_GRAVATAR: true,
        GF_ANALYTICS_REPORTING_ENABLED: false,
        GF_ANALYTICS_CHECK_FOR_UPDATES: false,
        GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: false,
        GF_PLUGINS_PREINSTALL_DISABLED: true,
        GF_NEWS_NEWS_FEED_ENABLED: false,
        GF_LOG_MODE: 'console',
        GF_PATHS_PROVISIONING: PROVISIONING,
        GF_PATHS_LOGS: '/tmp',
      },
      ports: { http: 3000 },
      probes: HealthProbes.http({ ready: '/api/health', startup: '60s' }),
      mounts: [
        { config: new Config(this, 'sources', { files: { 'sources.yml': dataSources(sources).file } }), path: `${PROVISIONING}/datasources` },
        { config: new Config(this, 'folders', { files: { 'folders.yml': folders().file } }), path: `${PROVISIONING}/dashboards` },
        { config: this.dashboards, path: `${PROVISIONING}/files` },
        { secret: admin, path: SECRETS },
        { volume: new Volume(this, 'data', { size: storage, storageClass }), path: '/var/lib/grafana' },
      ],
      startsWithout: Object.values(sources as Record<string, Endpoint | undefined>).flatMap(source => source?.workload ?? []),
      resources, tier,
      standsInFor: 'monitoring',
    });
    this.endpoint = this.workload.endpoint('http');
    if (published !== undefined) new Route(this, 'published', { to: this.endpoint, published, protocol: 'http' });
    addRunbook(this, () => [this.runbook()]);
  }

  private runbook(): Runbook {
    const { workload } = this;
    return {
      purpose: 'look', title: 'Graphs, and the password for them', of: workload,
      content: [
        advice`Grafana's first user is \`admin\`. Its password is taken at the very first start, and kept in Grafana's own volume from then on: another value of the secret alone changes nothing. What the secret says, and how to make it so:`,
        steps(
          [{ do: 'execute', in: workload, command: ['cat', `${SECRETS}/password`] }],
          [{ do: 'execute', in: workload, command: ['sh', '-c', `grafana cli --homepath /usr/share/grafana admin reset-admin-password --password-from-stdin < ${SECRETS}/password`] }],
        ),
        advice`Sources and dashboards come from the stack's program, and are back after each start. What people made in its pages is in its volume only.`,
      ],
    };
  }

  /** @param json as Grafana exports it. */
  addDashboard(name: string, json: string): void {
    this.dashboards.spec.files[`${name}.json`] = Text.of(json);
  }
}

function dataSources({ prometheus, alertmanager, loki, jaeger }: GrafanaProps['sources']): Yaml {
  return yaml`
    apiVersion: 1
    prune: true
    datasources:
      ${prometheus && source('Prometheus', 'prometheus', prometheus, true)}
      ${alertmanager && source('Alertmanager', 'alertmanager', alertmanager, false, yaml`jsonData: { implementation: prometheus }`)}
      ${loki && source('Loki', 'loki', loki, prometheus === undefined)}
      ${jaeger && source('Jaeger', 'jaeger', jaeger, false)}
    `;
}

function source(name: string, type: string, endpoint: Endpoint, isDefault: boolean, more?: Yaml): Yaml {
  return yaml`
    - name: ${name}
      uid: ${type}
      type: ${type}
      access: proxy
      url: ${endpoint.url('http')}
      ${isDefault && yaml`isDefault: true`}
      editable: false
      ${more}
    `;
}

function folders(): Yaml {
  return yaml`
    apiVersion: 1
    providers:
      - name: compose8s
        type: file
        disableDeletion: true
        allowUiUpdates: false
        options: { path: ${`${PROVISIONING}/files`} }
    `;
}
