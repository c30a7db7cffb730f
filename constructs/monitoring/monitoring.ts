import { Construct, type IConstruct } from 'constructs';
import { addRunbook, attempt, Duration, isPrimitive, portOf, reportProblem, text, type DurationLike, type Route, type SizeLike, type Tier, type Workload } from '../../lib/model';
import { dnsLabel } from '../../lib/core/names';
import { Alertmanager, type Receiver } from './alertmanager';
import { DASHBOARDS } from './dashboards';
import { BlackboxExporter, HostExporter } from './exporters';
import { Grafana } from './grafana';
import type { Jaeger } from './jaeger';
import type { Loki } from './loki';
import { PRODUCTS } from './products';
import { Prometheus, type PrometheusProps, type Scrape } from './prometheus';
import { CERTIFICATE_RULES, generalRules, HOST_RULES, requestRules, type RuleGroup } from './rules';
import { alertRunbooks } from './runbooks';

/** Who hears of alerts, what services should keep to, and how long samples are kept. */
export interface MonitoringProps extends Pick<PrometheusProps, 'retention' | 'storage' | 'storageClass' | 'resources'> {
  /** Who hears of alerts. An empty list: nobody. */
  readonly receivers: readonly Receiver[];
  /** What services that export a histogram of their requests should keep to. Default: p95 of 200 ms, 1 % of errors. */
  readonly objectives?: { readonly p95?: DurationLike; readonly errorRatio?: number; /** Default: `http_request_duration_seconds`. */ readonly histogram?: string };
  /** Logs and traces that Grafana shows as well, and that are observed themselves. */
  readonly logs?: Loki;
  readonly traces?: Jaeger;
  readonly grafana?: { readonly storage?: SizeLike };
  /** Ports on the host itself. */
  readonly published?: { readonly prometheus?: number; readonly alertmanager?: number; readonly grafana?: number };
  readonly tier?: Tier;
}

/** What most frameworks' exporters call it. */
const HISTOGRAM = 'http_request_duration_seconds';

/** A product of your own that says how it is observed. */
export interface Observable {
  observedBy(monitoring: Monitoring, service: string): void;
}

/**
 * Prometheus, Alertmanager and Grafana, with exporters, rules and dashboards for what is observed.
 *
 * `monitoring.observe(web, db, cache, proxy, backup)` is all there is to write, or `monitoring.observe(this)` at the end
 * of a stack for all that stands in it.
 */
export class Monitoring extends Construct {
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
  readonly grafana: Grafana;
  readonly blackbox: BlackboxExporter;
  readonly tier: Tier | undefined;
  private readonly histogram: string;
  private readonly seen = new Set<Construct>();

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { receivers, objectives: { p95 = '200ms', errorRatio = 0.01, histogram = HISTOGRAM } = {}, logs, traces, grafana = {}, published = {}, tier, ...storage } = props;
    this.tier = tier;
    this.histogram = /^[A-Za-z_:][\w:]*$/.test(histogram) ? histogram : HISTOGRAM;
    if (this.histogram !== histogram) reportProblem(this, { code: 'histogram', what: `'${histogram}' is not the name of a metric`, fix: 'use letters, digits and underscores, and no digit first' });
    this.alertmanager = new Alertmanager(this, 'alertmanager', { receivers, published: published.alertmanager, tier });
    this.prometheus = new Prometheus(this, 'prometheus', { ...storage, alertmanager: this.alertmanager.endpoint, published: published.prometheus, tier });
    this.grafana = new Grafana(this, 'grafana', {
      ...grafana, tier, published: published.grafana,
      sources: { prometheus: this.prometheus.endpoint, alertmanager: this.alertmanager.endpoint, loki: logs?.endpoint, jaeger: traces?.endpoint },
    });
    this.blackbox = new BlackboxExporter(this, 'blackbox', { tier });
    this.dashboard('system', 'requests');
    this.rules(HOST_RULES, CERTIFICATE_RULES, requestRules({ p95: attempt(this, 'objectives.p95', () => Duration.of(p95), Duration.of('200ms')), errorRatio, histogram: this.histogram }));
    if (!(errorRatio > 0 && errorRatio < 1)) reportProblem(this, { code: 'error-ratio', what: `an error ratio of ${errorRatio} is no objective`, fix: 'give a share between 0 and 1: 0.01 is one percent' });

    for (const part of [this.prometheus, this.alertmanager, this.grafana, this.blackbox]) {
      this.scrape({ job: 'monitoring', service: this.serviceOf(part), endpoint: part.endpoint });
    }
    this.scrape({ job: 'host', service: 'host', endpoint: new HostExporter(this, 'host', { tier }).endpoint });
    addRunbook(this, () => alertRunbooks(this.serviceOf(this)));
    if (logs) this.observe(logs);
    if (traces) this.observe(traces);
  }

  /** Whatever is given, and all that stands in it so far. */
  observe(...things: readonly Construct[]): this {
    for (const thing of things) {
      if (!this.look(thing)) {
        reportProblem(this, { code: 'observe-nothing', what: `there is nothing to observe of ${thing.node.path}: it serves no port`, fix: 'observe what serves one, or let it answer at a port of its own' });
      }
    }
    return this;
  }

  /** Scrapes an endpoint of your own. */
  scrape(scrape: Scrape): void {
    this.prometheus.scrape(scrape);
    const scaled = this.prometheus.targets.filter(({ endpoint: { workload: { spec: { runs } } } }) => runs.kind === 'service' && runs.replicas !== 1);
    this.rules(generalRules(scaled));
  }

  /** A group replaces the one of its name. */
  rules(...groups: readonly RuleGroup[]): void {
    this.prometheus.addRules(...groups);
  }

  dashboard(...names: readonly (keyof typeof DASHBOARDS)[]): void {
    for (const name of names) this.grafana.addDashboard(name, DASHBOARDS[name].replaceAll(HISTOGRAM, this.histogram));
  }

  /** Asks whether a workload is ready, as its own probe does; where that is a command inside, whether its port is open. */
  askReadiness(workload: Workload, service: string): boolean {
    const { ports, probes } = workload.spec;
    const check = [probes?.ready.check, probes?.alive?.check].find(one => one && one.kind !== 'command');
    const port = check && check.kind !== 'command' ? portOf(check, ports) : Object.keys(ports).find(name => ports[name]!.protocol === 'tcp');
    if (port === undefined) return false;
    const endpoint = this.blackbox.mayAsk(workload.endpoint(port));
    const common = { job: 'ready', service, by: this.blackbox.endpoint };
    if (check?.kind !== 'http') this.prometheus.probe({ ...common, module: 'tcp', target: endpoint });
    else this.prometheus.probe({ ...common, module: this.blackbox.withHeaders(check.headers, service), target: text`http://${endpoint}${check.path}` });
    return true;
  }

  /** Asks as visitors do, by each public name, and sees until when the certificate is good. */
  askAsVisitor(workload: Workload, service: string, { path = '/', isTrusted = true }: { readonly path?: string; readonly isTrusted?: boolean } = {}): void {
    const routes = this.node.root.node.findAll().filter(isRoute).filter(({ spec: { to, reach, protocol } }) => to.workload === workload && reach === 'public' && protocol !== 'tcp');
    const secure = routes.filter(({ spec }) => spec.protocol === 'https');
    for (const { spec: { to, protocol, hosts } } of secure.length > 0 ? secure : routes) {
      const names = hosts.filter(host => !host.startsWith('*'));
      const target = text`${protocol}://${this.blackbox.mayAsk(to)}${path}`;
      for (const hostname of hosts.length === 0 ? [undefined] : names) {
        this.prometheus.probe({ job: 'public', service, by: this.blackbox.endpoint, module: isTrusted ? 'public' : 'public_untrusted', target, hostname });
      }
    }
  }

  /** The label `service`: the ids below the stack. */
  serviceOf(thing: Construct): string {
    const stack = this.node.scopes.slice(0, -1).findLastIndex(scope => 'projectName' in scope);
    return dnsLabel(thing.node.scopes.slice(stack < 0 ? 1 : stack + 1).map(({ node }) => node.id).filter(id => id !== 'Default').join('-'));
  }

  /** Whether there was anything to observe. */
  private look(thing: Construct): boolean {
    if (thing.node.scopes.includes(this)) return false;
    if (this.seen.has(thing)) return true;
    const service = this.serviceOf(thing);
    const product = PRODUCTS.find(({ is }) => is(thing));
    if (!product && !isObservable(thing) && !isWorkload(thing)) {
      return thing.node.children.map(child => this.look(child as Construct)).includes(true);
    }
    this.seen.add(thing);
    if (isObservable(thing)) thing.observedBy(this, service);
    else if (product) product.observe(this, thing, service);
    else {
      const workload = thing as Workload;
      this.askAsVisitor(workload, service);
      return workload.spec.runs.kind === 'service' && this.askReadiness(workload, service);
    }
    return true;
  }
}

function isRoute(thing: IConstruct): thing is Route {
  return isPrimitive(thing) && thing.kind === 'route';
}

function isObservable(thing: object): thing is Observable {
  return 'observedBy' in thing;
}

function isWorkload(thing: Construct): boolean {
  return isPrimitive(thing) && thing.kind === 'workload';
}

