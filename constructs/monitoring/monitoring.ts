import { Construct, type IConstruct } from 'constructs';
import { addCheck, addRunbook, advice, attempt, Duration, isPrimitive, pathOf, portOf, reportProblem, Text, text, type DurationLike, type Endpoint, type Fault, type Route, type Runbook, type Tier, type Workload } from '../../lib/model';
import { dnsLabel } from '../../lib/core/names';
import { Worker } from '../worker';
import { Alertmanager, type Receiver } from './alertmanager';
import { DASHBOARDS } from './dashboards';
import { BlackboxExporter, HostExporter } from './exporters';
import { Grafana, type GrafanaProps } from './grafana';
import type { Jaeger } from './jaeger';
import type { Loki } from './loki';
import { PRODUCTS } from './products';
import { Prometheus, type PrometheusProps, type Scrape } from './prometheus';
import { BUILT_IN, CERTIFICATE_RULES, generalRules, HOST_RULES, isBuiltIn, requestRules, type RuleGroup, type Scaled } from './rules';
import { alertRunbooks } from './runbooks';

/** Who hears of alerts, what services should keep to, and how long samples are kept. */
export interface MonitoringProps extends Pick<PrometheusProps, 'retention' | 'storage' | 'storageClass' | 'resources'> {
  /** Who hears of alerts. An empty list: nobody. */
  readonly receivers: readonly Receiver[];
  /**
   * What services that export a histogram of their requests should keep to. Default: p95 of 200 ms, a share of 0.01 of
   * errors, and the histogram `http_request_duration_seconds`.
   */
  readonly objectives?: { readonly p95?: DurationLike; readonly errorRatio?: number; /** Default: `http_request_duration_seconds`. */ readonly histogram?: string };
  /** Logs that Grafana shows as well, and that are observed themselves. Default: none. */
  readonly logs?: Loki;
  /** Traces that Grafana shows as well, and that are observed themselves. Default: none. */
  readonly traces?: Jaeger;
  /** Room for what people make in Grafana, and what it may use. Default: 1 GiB; 0.5 CPU and 1 GiB. */
  readonly grafana?: Pick<GrafanaProps, 'storage' | 'resources'>;
  /**
   * The authority of your own that signed certificates of the stack, as certificates in PEM format: whoever asks as visitors do trusts it as well.
   * Default: public authorities alone, so that a certificate of another one is told of as a fault of the public route.
   */
  readonly authority?: string;
  /** Ports on the host itself, by what they publish. Default: none is published. */
  readonly published?: { readonly prometheus?: number; readonly alertmanager?: number; readonly grafana?: number };
  /** The part of the network that all of it is called in. Default: none. */
  readonly tier?: Tier;
}

/** What most frameworks' exporters call it. */
const HISTOGRAM = 'http_request_duration_seconds';

/** A product of your own that says how it is observed. */
export interface Observable {
  /** Adds what observes it: `monitoring.scrape(…)`, `monitoring.rules(…)`. `service`: the value of the label of that name. */
  observedBy(monitoring: Monitoring, service: string): void;
}

/**
 * Prometheus, Alertmanager and Grafana, with exporters, rules and dashboards for what is observed.
 *
 * `monitoring.observe(web, db, cache, proxy, backup)` is all there is to write, or `monitoring.observe(this)` at the end
 * of a stack for all that stands in it.
 *
 * Compose: a service for each part, and for each exporter. Kubernetes: a StatefulSet or a Deployment for each; where the
 * target is told of a Prometheus Operator, the exporters alone, with ServiceMonitors and a PrometheusRule.
 */
export class Monitoring extends Construct {
  /** Scrapes, keeps samples, and evaluates rules. */
  readonly prometheus: Prometheus;
  /** Tells people. */
  readonly alertmanager: Alertmanager;
  /** Shows graphs. */
  readonly grafana: Grafana;
  /** Asks whether workloads are ready, and what visitors get. */
  readonly blackbox: BlackboxExporter;
  /** The part of the network that all of it is called in. */
  readonly tier: Tier | undefined;
  private readonly histogram: string;
  private readonly seen = new Set<Construct>();
  private readonly watched = new Set<Construct>();
  private readonly roots = new Set<Construct>();
  /** What is asked for as visitors do, by the workload that answers. */
  private readonly visits = new Map<Workload, string[]>();
  /** Those whose certificate is read. */
  private readonly certified = new Set<Workload>();

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { receivers, objectives: { p95 = '200ms', errorRatio = 0.01, histogram = HISTOGRAM } = {}, logs, traces, grafana = {}, authority, published = {}, tier, ...storage } = props;
    this.tier = tier;
    this.histogram = /^[A-Za-z_:][\w:]*$/.test(histogram) ? histogram : HISTOGRAM;
    if (this.histogram !== histogram) reportProblem(this, { code: 'histogram', what: `'${histogram}' is not the name of a metric`, fix: 'use letters, digits and underscores, and no digit first' });
    this.alertmanager = new Alertmanager(this, 'alertmanager', { receivers, published: published.alertmanager, tier });
    this.prometheus = new Prometheus(this, 'prometheus', { ...storage, alertmanager: this.alertmanager.endpoint, published: published.prometheus, tier });
    this.grafana = new Grafana(this, 'grafana', {
      ...grafana, tier, published: published.grafana,
      sources: { prometheus: this.prometheus.endpoint, alertmanager: this.alertmanager.endpoint, loki: logs?.endpoint, jaeger: traces?.endpoint },
    });
    this.blackbox = new BlackboxExporter(this, 'blackbox', { tier, authority });
    this.dashboard('system', 'requests');
    const requests = requestRules({ p95: attempt(this, 'objectives.p95', () => Duration.of(p95), Duration.of('200ms')), errorRatio, histogram: this.histogram });
    this.prometheus.addRules(HOST_RULES, requests, () => generalRules(this.scaled()));
    if (!(errorRatio > 0 && errorRatio < 1)) reportProblem(this, { code: 'error-ratio', what: `an error ratio of ${errorRatio} is no objective`, fix: 'give a share between 0 and 1: 0.01 is one percent' });

    const host = new HostExporter(this, 'host', { tier });
    for (const part of [this.prometheus, this.alertmanager, this.grafana, this.blackbox, host]) {
      this.scrape({ job: part === host ? 'host' : 'monitoring', service: this.serviceOf(part), endpoint: part.endpoint });
    }
    addRunbook(this, () => [...alertRunbooks(this.serviceOf(this), [...this.visits.values()].flat()), ...this.unwatched()]);
    addCheck(this, () => [...this.roots].flatMap(root => [...this.tooLate(root)]));
    if (logs) this.observe(logs);
    if (traces) this.observe(traces);
  }

  /** Whatever is given, and all that stands in it so far: call it last. */
  observe(...things: readonly Construct[]): this {
    for (const thing of things) {
      this.roots.add(thing);
      if (!this.look(thing)) {
        reportProblem(this, { code: 'observe-nothing', what: `there is nothing to observe of ${thing.node.path}: it serves no port`, fix: 'observe what serves one, or let it answer at a port of its own' });
      }
    }
    return this;
  }

  /** Scrapes an endpoint of your own. */
  scrape(scrape: Scrape): void {
    this.prometheus.scrape(scrape);
  }

  /** A group replaces the one of its name, but for those that are there by themselves. An alert belongs to one group. */
  rules(...groups: readonly RuleGroup[]): void {
    const isTaken = (group: RuleGroup) => !isBuiltIn(group) && (BUILT_IN as readonly string[]).includes(group.name);
    for (const { name } of groups.filter(isTaken)) {
      reportProblem(this, { code: 'rule-group-taken', what: `'${name}' is the name of a group of rules that is there by itself`, fix: `give yours another name; these are taken: ${BUILT_IN.join(', ')}` });
    }
    this.prometheus.addRules(...groups.filter(group => !isTaken(group)));
  }

  /** Adds the library's own dashboards to Grafana, by their names: `postgres`. */
  dashboard(...names: readonly (keyof typeof DASHBOARDS)[]): void {
    for (const name of names) this.grafana.addDashboard(name, DASHBOARDS[name].replaceAll(HISTOGRAM, this.histogram));
  }

  /**
   * Asks whether a workload is ready, as its own probe does; where that is a command inside, whether its port is open. Of
   * several replicas another is asked each time.
   */
  askReadiness(workload: Workload, service: string): boolean {
    const { ports, probes } = workload.spec;
    const check = [probes?.ready.check, probes?.alive?.check].find(one => one && one.kind !== 'command');
    const port = check && check.kind !== 'command' ? portOf(check, ports) : Object.keys(ports).find(name => ports[name]!.protocol === 'tcp');
    if (port === undefined) return false;
    const endpoint = workload.endpoint(port);
    this.blackbox.mayAsk(endpoint);
    const common = { job: 'ready', service, by: this.blackbox.endpoint };
    if (check?.kind !== 'http') this.prometheus.probe({ ...common, module: 'tcp', target: () => anyOf(endpoint) });
    else this.prometheus.probe({ ...common, module: this.blackbox.withHeaders(check.headers, service), target: () => text`http://${anyOf(endpoint)}${check.path}` });
    return true;
  }

  /**
   * Asks as visitors do, by each public name, and sees until when the certificate is good, also once it is so no more. `path`: what is asked for.
   * Default: `/`. `isTrusted`: whether the certificate must be good. Default: true.
   */
  askAsVisitor(workload: Workload, service: string, { path = '/', isTrusted = true }: { readonly path?: string; readonly isTrusted?: boolean } = {}): void {
    const routes = this.publicRoutes().filter(({ spec: { to, protocol } }) => to.workload === workload && protocol !== 'tcp');
    const secure = routes.filter(({ spec }) => spec.protocol === 'https');
    for (const { spec: { to, protocol, published, hosts } } of secure.length > 0 ? secure : routes) {
      const names = hosts.filter(host => !host.startsWith('*'));
      const address = this.blackbox.mayAsk(to);
      for (const hostname of hosts.length === 0 ? [undefined] : names) {
        const common = { service, by: this.blackbox.endpoint, hostname };
        this.prometheus.probe({ ...common, job: 'public', module: isTrusted ? 'public' : 'public_untrusted', target: text`${protocol}://${address}${path}` });
        const port = published === (protocol === 'https' ? 443 : 80) ? '' : `:${published}`;
        this.visits.set(workload, [...this.visits.get(workload) ?? [], `${protocol}://${hostname ?? 'HOST'}${port}${path}`]);
        if (protocol !== 'https') continue;
        this.prometheus.probe({ ...common, job: 'certificate', module: 'certificate', target: address });
        this.rules(CERTIFICATE_RULES);
        this.certified.add(workload);
      }
    }
  }

  /** The label `service`: the ids below the stack. */
  serviceOf(thing: Construct): string {
    const stack = this.node.scopes.slice(0, -1).findLastIndex(scope => 'projectName' in scope);
    return dnsLabel(thing.node.scopes.slice(stack < 0 ? 1 : stack + 1).map(({ node }) => node.id).filter(id => id !== 'Default').join('-'));
  }

  /** Whether there is anything to observe. */
  private look(thing: Construct): boolean {
    if (thing.node.scopes.includes(this)) return false;
    if (!isWhole(thing)) return thing.node.children.map(child => this.look(child as Construct)).includes(true);
    if (!this.seen.has(thing)) {
      this.seen.add(thing);
      if (this.watch(thing, this.serviceOf(thing))) this.watched.add(thing);
    }
    return this.watched.has(thing);
  }

  /** Whether there was a way to. */
  private watch(thing: Construct, service: string): boolean {
    const product = PRODUCTS.find(({ is }) => is(thing));
    if (isObservable(thing)) thing.observedBy(this, service);
    else if (product) product.observe(this, thing, service);
    else {
      const workload = thing as Workload;
      this.askAsVisitor(workload, service);
      return workload.spec.runs.kind === 'service' && this.askReadiness(workload, service);
    }
    return true;
  }

  /** What has come to stand in what was observed after that was looked at. */
  private *tooLate(thing: Construct): Iterable<Fault> {
    if (thing instanceof Monitoring || this.seen.has(thing)) return;
    if (!isWhole(thing)) for (const child of thing.node.children) yield* this.tooLate(child as Construct);
    else yield { code: 'observed-too-early', what: `${pathOf(thing)} was not there yet when it was told what to observe`, fix: 'call observe last' };
  }

  private publicRoutes(): Route[] {
    return this.node.root.node.findAll().filter(isRoute).filter(({ spec: { reach } }) => reach === 'public');
  }

  /** What is scraped by an address for each replica. */
  private scaled(): Scaled[] {
    const expected = this.expected();
    return this.prometheus.targets.filter(({ endpoint: { workload } }) => isScaled(workload)).map(({ job, service, endpoint: { workload } }) => ({ job, service, replicas: expected(workload) }));
  }

  /**
   * How many replicas of a workload there must be at least. Behind a public route that may be one, however many are asked for:
   * a port of a host belongs to one container, and whether there will be a host or a cluster is not known here.
   */
  private expected(): (workload: Workload) => number {
    const routed = new Set(this.publicRoutes().map(({ spec: { to } }) => to.workload));
    return workload => (routed.has(workload) ? 1 : fewest(workload));
  }

  /** What nobody hears of, for the guide. */
  private unwatched(): Runbook[] {
    const stack = this.node.scopes.findLast(scope => 'projectName' in scope) ?? this.node.root;
    const workloads = stack.node.findAll().filter((thing): thing is Workload => isWorkload(thing) && !thing.node.scopes.some(scope => scope instanceof Monitoring));
    const silent = workloads.filter(({ spec: { runs }, node }) => ['service', 'schedule'].includes(runs.kind) && !node.scopes.some(scope => this.watched.has(scope as Construct)));
    const scraped = new Set(this.prometheus.targets.map(({ endpoint }) => endpoint.workload));
    const expected = this.expected();
    const uncounted = workloads.filter(workload => !silent.includes(workload) && fewest(workload) > 1 && !(scraped.has(workload) && expected(workload) > 1));
    const ownRules = this.prometheus.rules.filter(group => !isBuiltIn(group)).flatMap(({ rules }) => rules.map(({ expr }) => expr)).join('\n');
    const unasked = workloads.filter(workload => !silent.includes(workload) && workload.node.scopes.some(scope => scope instanceof Worker) && !ownRules.includes(`"${this.serviceOf(workload)}"`));
    const isPlain = (workload: Workload) => this.visits.has(workload) && !this.certified.has(workload);
    const certificates = workloads.flatMap(workload => (this.certified.has(workload) ? [] : workload.spec.mounts.flatMap(mount => ('certificate' in mount ? [`\`${mount.certificate.spec.hosts.join('`, `')}\``] : []))));
    const [plain, visited] = [workloads.filter(isPlain), workloads.filter(workload => this.visits.has(workload))];
    const names = (list: readonly Workload[]) => list.map(workload => `\`${this.serviceOf(workload)}\``).join(', ');
    return silent.length + uncounted.length + unasked.length + certificates.length + visited.length === 0 ? [] : [{
      purpose: 'look', title: 'What is not watched',
      content: [
        ...(silent.length === 0 ? [] : [advice`No alert tells when these fail: ${names(silent)}. They have neither metrics nor a port to ask at, or the stack's program does not give them to \`observe\`.`]),
        ...(uncounted.length === 0 ? [] : [advice`No alert tells when some of the replicas of these have ended: ${names(uncounted)}. Replicas are counted by the metrics that each of them has, and only where no public route leads to them; that all have ended is seen.`]),
        ...(unasked.length === 0 ? [] : [advice`No alert tells when these hang, or are not ready: ${names(unasked)}. Their probes are commands inside, which only the target runs, and their metrics may be there all the same. An alert of the program's own, with \`service="NAME"\` in it, can look at what they count.`]),
        ...(certificates.length === 0 ? [] : [advice`No alert tells when these certificates expire: ${[...new Set(certificates)].join('; ')}. Nobody is asked for them by a name and a public port that the stack's program gives to \`observe\`.`]),
        ...(plain.length === 0 ? [] : [advice`No alert tells when the certificate before these expires, if there is one: ${names(plain)}. They are asked without TLS, which ends before them: watch it there.`]),
        ...(visited.length === 0 ? [] : [advice`No alert tells whether visitors find their way to ${names(visited)}: the question comes from inside. Names (DNS), firewalls and balancers before this system are seen only from elsewhere: have someone outside ask for ${visited.flatMap(workload => this.visits.get(workload)!).map(url => `\`${url}\``).join(', ')}.`]),
      ],
    }];
  }
}

/** What is observed as one, whatever stands in it. */
function isWhole(thing: Construct): boolean {
  return isObservable(thing) || isWorkload(thing) || PRODUCTS.some(({ is }) => is(thing));
}

/** Whether there is an address for each replica. */
function isScaled({ spec: { runs } }: Workload): boolean {
  return runs.kind === 'service' && runs.replicas !== 1;
}

/** How many replicas there are at least. */
function fewest({ spec: { runs } }: Workload): number {
  if (runs.kind !== 'service') return 0;
  return typeof runs.replicas === 'number' ? runs.replicas : runs.replicas.min;
}

/** As a target of the black-box exporter: of several replicas, ready or not, another each time, by the name that has the address of each. */
function anyOf(endpoint: Endpoint): Text {
  return isScaled(endpoint.workload) ? text`${Text.reference({ kind: 'host', endpoint, mentioned: true, each: true })}:${endpoint.port}` : endpoint.mention();
}

function isRoute(thing: IConstruct): thing is Route {
  return isPrimitive(thing) && thing.kind === 'route';
}

function isObservable(thing: object): thing is Observable {
  return 'observedBy' in thing;
}

function isWorkload(thing: IConstruct): boolean {
  return isPrimitive(thing) && thing.kind === 'workload';
}

