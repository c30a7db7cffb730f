import { Construct } from 'constructs';
import {
  addCheck, AlertRules, attempt, Config, Duration, Metrics, reportProblem, Route, Size, Text, Volume, Workload,
  type DurationLike, type Endpoint, type ResourcesLike, type SizeLike, type TextLike, type Tier,
} from '../../lib/model';
import { later } from '../../lib/model/later';
import { HealthProbes } from '../health-probes';
import { IMAGES } from './images';
import { ruleFaults } from './rules/check';
import { alertRuleOf, ruleFile, type RuleGroup } from './rules/rule';
import { yaml, type Yaml } from './yaml';

/** How long {@link Prometheus} keeps samples, how often it asks, and where alerts go. */
export interface PrometheusProps {
  /** How long samples are kept. Default: 15 days. */
  readonly retention?: DurationLike;
  /** Of which four fifths are for samples: older ones go before the volume is full. Default: 10 GiB. */
  readonly storage?: SizeLike;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
  /** How often it asks: at most every 2 minutes. Default: 15 s. */
  readonly interval?: DurationLike;
  /** Where alerts go. Default: nowhere; they are seen in its pages. */
  readonly alertmanager?: Endpoint;
  /** The port on the host itself that publishes its pages. Default: not published. */
  readonly published?: number;
  /** Default: 1 CPU and 1 GiB. */
  readonly resources?: ResourcesLike;
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

/** An endpoint that answers with metrics. */
export interface Scrape {
  /** What kind of thing it is: `postgres`. The label `job`. */
  readonly job: string;
  /** Which one it is: `db`. The label `service`. */
  readonly service: string;
  /** Where it answers. */
  readonly endpoint: Endpoint;
  /** Where the metrics are. Default: `/metrics`. */
  readonly path?: string;
}

/** A question that a black-box exporter asks. */
export interface ProbeOf {
  /** `ready`, `public`. The label `job`. */
  readonly job: string;
  /** Which one is asked about: `web`. The label `service`. */
  readonly service: string;
  /** The exporter that asks. */
  readonly by: Endpoint;
  /** How it is asked: a module of the exporter's configuration. */
  readonly module: string;
  /** What is asked: an address, or a URL. Of a function, what it gives when aspects have been applied. */
  readonly target: TextLike | (() => TextLike);
  /** The name that is asked for, where the target has another one. Default: that of the target. */
  readonly hostname?: string;
}

const CONFIGURATION = '/etc/prometheus';
/** It takes a sample for good for 5 minutes. One that is missed must not make a gap, and rules look at these 5 minutes. */
const LONGEST_INTERVAL = Duration.seconds(120);

/**
 * Scrapes endpoints, keeps what they say, and evaluates alert rules. It starts without what it scrapes: seeing that
 * something is down is its work.
 *
 * Compose: a service with a named volume. Kubernetes: a StatefulSet with a claim template; or nothing but ServiceMonitors and
 * a PrometheusRule, where the cluster has the Prometheus Operator: `new Kubernetes({ operator: { … } })`.
 */
export class Prometheus extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its pages, and what Grafana asks, at port 9090. */
  readonly endpoint: Endpoint;
  private readonly config: Config;
  private readonly alertRules: AlertRules;
  private readonly scrapes: Scrape[] = [];
  private readonly probes: ProbeOf[] = [];
  private readonly groups: (RuleGroup | (() => RuleGroup))[] = [];
  private readonly interval: Duration;

  constructor(scope: Construct, id: string, private readonly props: PrometheusProps = {}) {
    super(scope, id);
    const { retention = '15d', storage = '10Gi', storageClass, interval = '15s', alertmanager, published, resources = { cpu: 1, memory: '1Gi' }, tier } = props;
    const kept = attempt(this, 'retention', () => Duration.of(retention), Duration.days(15));
    const size = attempt(this, 'storage', () => Size.of(storage), Size.mebibytes(1024));
    this.interval = attempt(this, 'interval', () => Duration.of(interval), Duration.seconds(15));
    if (this.interval.milliseconds > LONGEST_INTERVAL.milliseconds) {
      reportProblem(this, { code: 'scrape-interval', what: `it asks every ${this.interval}, which leaves gaps: a sample holds for 5 minutes`, fix: 'ask at least every 2 minutes' });
    }
    this.config = new Config(this, 'config', { files: {} });
    this.alertRules = new AlertRules(this, 'rules', { groups: [] });
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.prometheus,
      args: [
        `--config.file=${CONFIGURATION}/prometheus.yml`,
        '--storage.tsdb.path=/prometheus',
        `--storage.tsdb.retention.time=${kept}`,
        `--storage.tsdb.retention.size=${Math.floor(size.share(0.8).bytes / 2 ** 20)}MB`,
      ],
      ports: { http: 9090 },
      probes: HealthProbes.http({ ready: '/-/ready', alive: '/-/healthy', startup: '60s' }),
      mounts: [{ config: this.config, path: CONFIGURATION }, { volume: new Volume(this, 'data', { size: storage, storageClass, disposable: true }), path: '/prometheus' }],
      // It writes its last samples to the disk before it ends.
      stop: { grace: '60s' },
      resources, tier,
      standsInFor: 'monitoring',
    });
    this.endpoint = this.workload.endpoint('http');
    if (published !== undefined) new Route(this, 'published', { to: this.endpoint, published, protocol: 'http' });
    if (alertmanager) this.workload.spec.startsWithout.push(alertmanager.workload);
    this.refreshConfiguration();
    addCheck(this, () => ruleFaults(this.rules));
  }

  /** Asks an endpoint from now on. Where the target is told of a Prometheus Operator, a ServiceMonitor says so. */
  scrape(scrape: Scrape): void {
    const { job, service, endpoint, path } = scrape;
    this.scrapes.push(scrape);
    if (path !== undefined && !/^\/[^?#\s]*$/.test(path)) {
      reportProblem(endpoint.workload, { code: 'metrics-path', what: `'${path}' is not a path of metrics`, fix: 'begin it with a slash, and leave out what would come after ? or #: /metrics' });
    }
    new Metrics(this, this.freeId(job, service), { endpoint, path, labels: { job, service } });
    this.startWithout(endpoint);
  }

  /** Lets a black-box exporter ask from now on. Where the target is told of a Prometheus Operator, a ServiceMonitor says so. */
  probe(probe: ProbeOf): void {
    const { job, service, by, module, target, hostname } = probe;
    this.probes.push(probe);
    const host: Record<string, string> = hostname === undefined ? {} : { hostname };
    const { spec: { params } } = new Metrics(this, this.freeId(job, service), {
      endpoint: by, path: '/probe',
      params: { module, target: '', ...host },
      labels: { job, service, ...(hostname === undefined ? {} : { host: hostname }) },
    });
    later(params, 'target', () => Text.of(valueOf(target)));
    this.startWithout(by);
  }

  /** A group replaces the one of its name. An alert belongs to one group. Of a function, what it gives when aspects have been applied. */
  addRules(...groups: readonly (RuleGroup | (() => RuleGroup))[]): void {
    this.groups.push(...groups);
    later(this.config.spec.files, 'rules.yml', () => ruleFile(this.rules).file);
    later(this.alertRules.spec, 'groups', () => this.rules.map(({ name, rules }) => ({ name, rules: rules.map(alertRuleOf) })));
    this.refreshConfiguration();
  }

  /** What is scraped so far. */
  get targets(): readonly Scrape[] {
    return this.scrapes;
  }

  /** The groups so far, each name once. */
  get rules(): readonly RuleGroup[] {
    return [...new Map(this.groups.map(valueOf).map(group => [group.name, group])).values()];
  }

  private freeId(job: string, service: string): string {
    const id = `${job}-${service}`;
    let free = id;
    for (let i = 2; this.node.tryFindChild(free); i++) free = `${id}-${i}`;
    return free;
  }

  private startWithout({ workload }: Endpoint): void {
    if (workload !== this.workload && !this.workload.spec.startsWithout.includes(workload)) this.workload.spec.startsWithout.push(workload);
    this.refreshConfiguration();
  }

  private refreshConfiguration(): void {
    later(this.config.spec.files, 'prometheus.yml', () => this.configuration().file);
  }

  private configuration(): Yaml {
    const { alertmanager } = this.props;
    return yaml`
      global:
        scrape_interval: ${this.interval}
        evaluation_interval: ${this.interval}

      ${this.groups.length > 0 && yaml`
        rule_files:
          - rules.yml
        `}
      ${alertmanager && yaml`
        alerting:
          alertmanagers:
            - static_configs:
                - targets: [${alertmanager}]
        `}
      scrape_configs:
        ${[...grouped(this.scrapes, ({ job, path }) => `${job} ${path ?? ''}`)].map(([, scrapes]) => scrapeConfig(scrapes, this.workload))}
        ${[...grouped(this.probes, ({ job, module, by }) => `${job} ${module} ${by.workload.node.path}`)].map(([, probes]) => probeConfig(probes))}
      `;
  }
}

/** Prometheus wants every job's name once; the label is the same. */
function scrapeConfig(scrapes: readonly Scrape[], self: Workload): Yaml {
  const { job, path = '/metrics' } = scrapes[0]!;
  return yaml`
    - job_name: ${path === '/metrics' ? job : `${job} ${path}`}
      metrics_path: ${path}
      ${scrapes.some(isMany) && yaml`
        dns_sd_configs:
          ${scrapes.filter(isMany).map(({ endpoint }) => yaml`
            - names: [${endpoint.each}]
              type: A
              port: ${endpoint.port}
            `)}
        `}
      ${scrapes.some(scrape => !isMany(scrape)) && yaml`
        static_configs:
          ${scrapes.filter(scrape => !isMany(scrape)).map(({ service, endpoint }) => yaml`
            - targets: [${endpoint.workload === self ? `127.0.0.1:${endpoint.port}` : endpoint}]
              labels: { service: ${service} }
            `)}
        `}
      ${(path !== '/metrics' || scrapes.some(isMany)) && yaml`relabel_configs:`}
        ${path !== '/metrics' && labelled('job', job)}
        ${scrapes.filter(isMany).map(({ service, endpoint }) => yaml`
          - source_labels: [__meta_dns_name]
            regex: ${endpoint.each}
            target_label: service
            replacement: ${service}
          `)}
    `;
}

/** Each replica has an address of its own; all of them are under the one name. */
function isMany({ endpoint: { workload: { spec: { runs } } } }: Scrape): boolean {
  return runs.kind === 'service' && runs.replicas !== 1;
}

function probeConfig(probes: readonly ProbeOf[]): Yaml {
  const { job, module, by } = probes[0]!;
  return yaml`
    - job_name: ${`${job} ${module}`}
      metrics_path: /probe
      params: { module: [${module}] }
      static_configs:
        ${probes.map(({ service, target, hostname }) => yaml`
          - targets: [${valueOf(target)}]
            labels: { service: ${service}${hostname !== undefined && yaml`, host: ${hostname}, __param_hostname: ${hostname}`} }
          `)}
      relabel_configs:
        ${labelled('job', job)}
        - source_labels: [__address__]
          target_label: __param_target
        - source_labels: [__param_target]
          target_label: instance
        - target_label: __address__
          replacement: ${by}
    `;
}

function labelled(label: string, value: string): Yaml {
  return yaml`
    - target_label: ${label}
      replacement: ${value}
    `;
}

/** What is said at once, or by a function, which is asked when somebody reads it. */
function valueOf<T extends RuleGroup | TextLike>(value: T | (() => T)): T {
  return typeof value === 'function' ? value() : value;
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
