import type { Construct } from 'constructs';
import { attempt, Duration, Endpoint, FaultError, namedProbes, portOf, Size, type DurationLike, type Volume } from '../../lib/model';
import { WebService } from '../web-service';
import { Conf, conf } from './conf';
import * as grammar from './grammar';
import { longest, type Files, type Limit, type Pass } from './locations';
import type { NginxProxyProps, ProxyPass, RateLimit, SecurityHeaders, Upstream } from './props';
import type { Headers, Probed, Readiness, Settings } from './settings';

const YEAR = Duration.days(365);

/** Reads one prop at a time; what makes no sense is reported at the construct, in the prop's name. */
export class Reader {
  /** Those that the configuration has. The zone that counts connections has one from the start. */
  private readonly names = new Set<string>(['connections']);

  constructor(private readonly construct: Construct) {}

  value<T>(field: string, read: () => T): T | undefined {
    return attempt<T | undefined>(this.construct, field, read, undefined);
  }

  each<V, T>(field: string, values: readonly V[], read: (value: V) => T): T[] {
    return values.flatMap(value => this.value(field, () => read(value)) ?? []);
  }

  duration(field: string, value: DurationLike): Duration {
    return attempt(this.construct, field, () => Duration.of(value), Duration.seconds(60));
  }

  count(field: string, value: number): number | undefined {
    return this.value(field, () => grammar.count(value));
  }

  port(field: string, value: number): number {
    return attempt(this.construct, field, () => {
      if (Number.isInteger(value) && value > 0 && value < 65536) return value;
      throw new FaultError({ code: 'nginx-port', what: `${value} is not a port`, fix: 'give a whole number from 1 to 65535' });
    }, 443);
  }

  hosts(hosts: readonly string[], tls: NginxProxyProps['tls']): Conf[] {
    this.value('host', () => {
      if (hosts.length === 0) throw new FaultError({ code: 'nginx-host', what: 'there is no host name', fix: "name at least one: host: 'shop.example'" });
    });
    const names = this.each('host', hosts, host => {
      const name = grammar.hostName(host);
      if (host.startsWith('*') && typeof tls === 'object') {
        throw new FaultError({ code: 'acme-wildcard', what: `'${host}' cannot be proved over HTTP, as ACME is used here`, fix: "name each host, or bring a certificate: tls: 'given'" });
      }
      if (grammar.isPrivate(host) && typeof tls === 'object') {
        throw new FaultError({ code: 'acme-private', what: `no public authority gives a certificate for '${host}', which means another machine to everybody`, fix: "name a public host, or take another certificate: tls: 'self-signed' or 'given'" });
      }
      return name;
    });
    return names.length > 0 ? names : [conf`localhost`]; // never emitted: what was wrong is reported
  }

  tls(tls: NonNullable<NginxProxyProps['tls']>): Settings['tls'] {
    return typeof tls === 'object' ? 'acme' : attempt(this.construct, 'tls', () => grammar.tls(tls), 'self-signed');
  }

  acme({ email, issuer = 'letsencrypt', server }: Extract<NonNullable<NginxProxyProps['tls']>, object>['acme']): Settings['acme'] {
    const read = {
      email: this.value('tls.acme.email', () => grammar.email(email)),
      issuer: this.value('tls.acme.issuer', () => grammar.issuer(issuer)),
      server: server === undefined ? undefined : this.value('tls.acme.server', () => grammar.directoryUrl(server)),
    };
    return read.email && read.issuer && { ...read, email: read.email, issuer: read.issuer };
  }

  routes(routes: NginxProxyProps['routes'], answerTime: Duration): { upstreams: Settings['upstreams']; passes: Pass[] } {
    const upstreams = new Map<string, Settings['upstreams'][number]>();
    const passes = Object.entries(routes).flatMap(([path, route]) => this.value('routes', () => {
      const { to, webSocket = false, idempotent = false, timeout }: ProxyPass = 'to' in route ? route : { to: route };
      const endpoint = endpointOf(to);
      const key = `${endpoint.workload.node.path}/${endpoint.portName}`;
      const location = grammar.path(path);
      const upstream = upstreams.get(key) ?? { name: this.name(upstreamName(endpoint)), endpoint, ready: readinessOf(endpoint) };
      upstreams.set(key, upstream);
      const silence = timeout === undefined ? (webSocket ? Duration.hours(1) : answerTime) : this.duration(`routes ${path}`, timeout);
      return { path: location, upstream: upstream.name, webSocket, idempotent, timeout: conf`${silence}` };
    }) ?? []);
    return { upstreams: [...upstreams.values()], passes };
  }

  files(folders: NonNullable<NginxProxyProps['static']>): { files: Files[]; mounts: { volume: Volume; path: string }[] } {
    const mounts = new Map<Volume, string>();
    const files = Object.entries(folders).flatMap(([path, { volume, folder, fallback, cache, precompressed = false, noScripts = false }]) => this.value('static', () => {
      const location = grammar.folderPath(path);
      const below = folder === undefined ? undefined : grammar.folder(folder);
      const mount = mounts.get(volume) ?? `/srv/${this.name(path).text}`;
      mounts.set(volume, mount);
      const root = Conf.word(mount, /^\/srv\/\w+$/, OWN);
      const file = fallback === undefined ? undefined : grammar.file(fallback);
      return { path: location, root: below ? conf`${root}/${below}` : root, fallback: file && { path: conf`${location}${file}`, file }, precompressed, noScripts, cacheControl: this.cacheControl(path, cache) };
    }) ?? []);
    return { files, mounts: [...mounts].map(([volume, path]) => ({ volume, path })) };
  }

  private cacheControl(path: string, cache: NonNullable<NginxProxyProps['static']>[string]['cache']): Conf {
    if (cache === undefined) return conf`no-cache`;
    if (cache === 'immutable') return conf`"public, max-age=${YEAR.wholeSeconds}, immutable"`;
    return conf`max-age=${this.duration(`static ${path}`, cache).wholeSeconds}`;
  }

  limits(rateLimits: NonNullable<NginxProxyProps['rateLimits']>): Limit[] {
    return Object.entries(rateLimits).flatMap(([path, limit]) => this.value('rateLimits', () => {
      const { rate, burst }: RateLimit = typeof limit === 'string' ? { rate: limit } : limit;
      const read = { path: grammar.path(path), rate: grammar.rate(rate), burst: grammar.count(burst ?? parseInt(rate)) };
      return { ...read, zone: this.name(path) };
    }) ?? []);
  }

  /** The paths that HTTP probes ask of what the routes name, where a visitor's request would get to the same port. */
  probed(passes: readonly Pass[], upstreams: Settings['upstreams']): Probed[] {
    return upstreams.flatMap(({ name, endpoint: { workload: { spec: { probes, ports } }, portName } }) => {
      const paths = probes ? namedProbes(probes).flatMap(([, { check }]) => (check.kind === 'http' && portOf(check, ports) === portName ? [check.path.split('?')[0]!] : [])) : [];
      return this.each('health', paths, value => ({ path: grammar.path(value), upstream: name })).filter(({ path }) => longest(passes, path)?.upstream === name);
    });
  }

  /** Of the probed paths those that are no pages, and what else is named. */
  health(passes: readonly Pass[], probed: readonly Probed[], more: readonly string[]): Probed[] {
    const asked = this.each('health', more, value => {
      const path = grammar.path(value);
      const pass = longest(passes, path);
      if (!pass) throw new FaultError({ code: 'nginx-health', what: `no route answers at '${value}'`, fix: 'name a path below one of the routes' });
      return { path, upstream: pass.upstream };
    });
    const own = probed.filter(({ path }) => !isFirstPage(path, passes));
    return [...new Map([...own, ...asked].map(entry => [entry.path.text, entry])).values()];
  }

  /** Where the routed services have their metrics, as far as a visitor's request would get there, and what else is named. */
  hidden(passes: readonly Pass[], upstreams: Settings['upstreams'], more: readonly string[]): Conf[] {
    const metrics = upstreams.flatMap(({ name, endpoint: { workload, portName } }) => {
      const owner = workload.node.scope;
      const paths = owner instanceof WebService && owner.metrics !== undefined && owner.endpoint.portName === portName ? [owner.metrics.split('?')[0]!] : [];
      return this.each('hidden', paths, grammar.path).filter(path => longest(passes, path)?.upstream === name && !passes.some(pass => pass.path.text === path.text));
    });
    const asked = this.each('hidden', more, value => {
      const path = grammar.path(value);
      if (path.text === '/') throw new FaultError({ code: 'nginx-hidden', what: "'/' would hide all of it", fix: 'name a path below it, such as /admin' });
      return path;
    });
    return [...new Map([...metrics, ...asked].map(path => [path.text, literally(path)])).values()];
  }

  headers({ contentSecurityPolicy, permissionsPolicy, frameOptions = 'SAMEORIGIN', referrerPolicy = 'strict-origin-when-cross-origin', hsts: asked }: SecurityHeaders, tls: NginxProxyProps['tls']): Headers {
    const hsts = asked ?? {};
    this.value('headers.hsts', () => {
      if (asked && tls === 'off') throw new FaultError({ code: 'hsts-without-tls', what: 'TLS does not end here, and browsers heed it only over HTTPS', fix: 'leave hsts out, and ask for it where TLS ends' });
    });
    const optional = <T>(field: string, value: T | false, read: (value: T) => Conf) => (value === false ? undefined : this.value(`headers.${field}`, () => read(value)));
    return {
      contentSecurityPolicy: optional('contentSecurityPolicy', contentSecurityPolicy ?? "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'", grammar.contentSecurityPolicy),
      permissionsPolicy: optional('permissionsPolicy', permissionsPolicy ?? 'camera=(), geolocation=(), microphone=(), payment=(), usb=()', grammar.permissionsPolicy),
      frameOptions: optional('frameOptions', frameOptions, grammar.frameOptions),
      referrerPolicy: optional('referrerPolicy', referrerPolicy, grammar.referrerPolicy),
      hsts: hsts === false ? undefined : this.value('headers.hsts', () => {
        const { maxAge = YEAR, preload = false, includeSubDomains = preload } = hsts;
        const seconds = Duration.of(maxAge).wholeSeconds;
        if (preload && (!includeSubDomains || seconds < YEAR.wholeSeconds)) {
          throw new FaultError({ code: 'hsts-preload', what: 'browsers preload only what holds for a year and for all subdomains', fix: 'leave maxAge and includeSubDomains out, or preload' });
        }
        return { maxAge: seconds, includeSubDomains, preload };
      }),
    };
  }

  /** Bodies are kept until an upstream has taken them: a slow client keeps the room that its own have. */
  bodySize(value: NginxProxyProps['maxBodySize'], buffers: Size, connectionsPerAddress = 0): Size {
    return attempt(this.construct, 'maxBodySize', () => {
      const size = Size.of(value!);
      if (size.bytes > buffers.bytes) {
        throw new FaultError({ code: 'nginx-body', what: `a body of ${size} does not fit the ${buffers} for bodies, half of its memory`, fix: 'raise resources.memory, or lower maxBodySize' });
      }
      const ofOne = size.bytes * connectionsPerAddress;
      if (ofOne > buffers.bytes / 2) {
        throw new FaultError({ code: 'nginx-bodies', what: `${connectionsPerAddress} bodies of ${size}, as one address may send at a time, take more than half of the ${buffers} for all bodies: it could keep others from sending any`, fix: `raise resources.memory to ${Math.ceil(ofOne * 4 / 2 ** 20)}Mi, lower connectionsPerAddress or maxBodySize, or accept it: overcommit: true` });
      }
      return size;
    }, Size.mebibytes(1));
  }

  something(...both: readonly object[]): void {
    this.value('routes', () => {
      if (both.every(paths => Object.keys(paths).length === 0)) throw new FaultError({ code: 'nginx-empty', what: 'there is neither a route nor a file: nothing would be found', fix: "name what answers: routes: { '/': web }, or static" });
    });
  }

  distinct(passes: readonly Pass[], files: readonly Files[], health: readonly Probed[]): void {
    this.each('static', files, folder => {
      const { path, fallback } = folder;
      if (passes.some(pass => pass.path.text === path.text)) {
        throw new FaultError({ code: 'nginx-path-twice', what: `'${path.text}' has both a route and files`, fix: 'give one of them another path' });
      }
      if (!fallback) return;
      const said: readonly { readonly path: Conf }[] = [...passes, ...files, ...health.filter(one => one.path.text === fallback.path.text)];
      const owner = longest(said, fallback.path);
      if (owner !== folder) {
        throw new FaultError({ code: 'nginx-path-twice', what: `the fallback '${fallback.path.text}' of '${path.text}' belongs to '${owner!.path.text}'`, fix: 'name a file at whose path nothing else answers' });
      }
    });
  }

  /** A name inside the configuration, made of letters, digits and underscores, and not given twice. */
  private name(wanted: string): Conf {
    const base = wanted.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '') || 'all';
    let name = base;
    for (let i = 2; this.names.has(name); i += 1) name = `${base}_${i}`;
    this.names.add(name);
    return Conf.word(name, /^[a-z0-9_]+$/, OWN);
  }
}

/** Never seen: these words are our own. */
const OWN = { code: 'nginx-name', what: 'a name of our own is none', fix: 'report this as an error of compose8s' };

/** Whether visitors begin there: `/` and `/shop/` are the first pages of all that these routes lead to, `/health` is itself. */
function isFirstPage(path: Conf, passes: readonly Pass[]): boolean {
  return path.text.endsWith('/') && passes.some(pass => pass.path.text === path.text);
}

/** A path in a regular expression, where of its signs only the dot means something else. */
function literally(path: Conf): Conf {
  return path.text.replace(/\/$/, '').split('.').map(part => Conf.word(part, /^[\w/~-]*$/, OWN)).reduce((row, part) => conf`${row}\.${part}`);
}

function endpointOf(to: Upstream): Endpoint {
  return to instanceof Endpoint ? to : to.endpoint;
}

function readinessOf({ workload: { spec: { probes, ports } }, portName }: Endpoint): Readiness | undefined {
  const check = probes?.ready.check;
  if (check?.kind !== 'http' || portOf(check, ports) !== portName) return undefined;
  return { path: check.path, headers: Object.entries(check.headers).map(([name, value]) => `${name}: ${value}\n`).join(''), timeout: probes!.ready.timeout };
}

function upstreamName({ workload, portName }: Endpoint): string {
  const ids = workload.node.path.split('/').filter(id => id !== 'Default');
  return `${ids.at(-1) ?? 'upstream'}_${portName}`;
}
