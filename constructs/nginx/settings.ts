import type { Construct } from 'constructs';
import { attempt, readResources, type Duration, type Endpoint, type Resources, type Size, type Volume } from '../../lib/model';
import type { Conf } from './conf';
import * as grammar from './grammar';
import { locationsOf, type Limit, type Location } from './locations';
import type { NginxProxyProps } from './props';
import { Reader } from './reader';

/** The props with defaults filled in, every value read by a grammar. Templates see nothing else. */
export interface Settings {
  readonly version: readonly number[];
  readonly hosts: readonly Conf[];
  readonly tls: 'self-signed' | 'given' | 'acme' | 'off';
  readonly acme: { readonly email: Conf; readonly issuer: Conf; readonly server: Conf | undefined } | undefined;
  readonly upstreams: readonly { readonly name: Conf; readonly endpoint: Endpoint; readonly ready: Readiness | undefined }[];
  readonly upstreamKeepAlive: { readonly connections: number; readonly idle: Duration };
  readonly locations: readonly Location[];
  readonly mounts: readonly { readonly volume: Volume; readonly path: string }[];
  readonly limits: readonly Limit[];
  readonly connectionsPerAddress: number | undefined;
  readonly health: readonly Probed[];
  /** Where visitors get an answer. */
  readonly landing: string;
  /** As regular expressions. */
  readonly hidden: readonly Conf[];
  readonly headers: Headers;
  readonly blocked: readonly Conf[];
  readonly trustedProxies: readonly Conf[];
  readonly published: { readonly http: number; readonly https: number };
  readonly resources: Resources;
  /** One for each CPU of the limit: nginx would count those of the machine. */
  readonly workers: number;
  /** For request bodies and large answers, in memory. */
  readonly buffers: Size;
  readonly maxBodySize: Size;
  readonly overcommit: boolean;
  readonly timeouts: { readonly connect: Duration; readonly read: Duration; readonly send: Duration; readonly client: Duration };
  readonly keepAlive: Duration;
  readonly drain: Duration;
}

/** A path at which a route is asked for its health. */
export interface Probed { readonly path: Conf; readonly upstream: Conf }

/** How a replica is asked whether it is ready: as its own probe asks. */
export interface Readiness {
  readonly path: string;
  /** A line each. */
  readonly headers: string;
  readonly timeout: Duration;
}

export interface Headers {
  readonly contentSecurityPolicy: Conf | undefined;
  readonly permissionsPolicy: Conf | undefined;
  readonly frameOptions: Conf | undefined;
  readonly referrerPolicy: Conf | undefined;
  readonly hsts: { readonly maxAge: number; readonly includeSubDomains: boolean; readonly preload: boolean } | undefined;
}

export function isTls({ tls }: Pick<Settings, 'tls'>): boolean {
  return tls !== 'off';
}

/** Whether a version is that one or newer. `1.25` is the newest of its line, as the image's tag is. */
export function isSince(version: readonly number[], least: readonly number[]): boolean {
  const at = [0, 1, 2].find(i => (version[i] ?? Infinity) !== (least[i] ?? 0));
  return at === undefined || (version[at] ?? Infinity) > (least[at] ?? 0);
}

/** Reads all props; each that makes no sense is reported at the construct and goes no further. */
export function readSettings(construct: Construct, props: NginxProxyProps): Settings {
  const read = new Reader(construct);
  const {
    version = '1.30', host, tls = 'self-signed', routes = {}, static: folders = {}, maxBodySize = '1Mi', timeouts = {}, keepAlive = '65s', upstreamKeepAlive = {},
    rateLimits = {}, connectionsPerAddress, overcommit = false, health = [], hidden = [], headers = {}, blockedFiles = ['*.py', '*.conf', '*.log', '*.sql'], trustedProxies = [],
    published = {}, resources = { cpu: 1, memory: '256Mi' }, drain = '30s',
  } = props;
  const times = {
    connect: read.duration('timeouts.connect', timeouts.connect ?? '5s'),
    read: read.duration('timeouts.read', timeouts.read ?? '60s'),
    send: read.duration('timeouts.send', timeouts.send ?? '60s'),
    client: read.duration('timeouts.client', timeouts.client ?? '30s'),
  };
  const { upstreams, passes } = read.routes(routes, times.read);
  const { files, mounts } = read.files(folders);
  const limits = read.limits(rateLimits);
  read.something(routes, folders);
  const sizes = attempt(construct, 'resources', () => readResources(resources), readResources({ cpu: 1, memory: '256Mi' }));
  const buffers = sizes.memory.limit.share(0.5);
  const connections = connectionsPerAddress === undefined ? undefined : read.count('connectionsPerAddress', connectionsPerAddress);
  const locations = locationsOf(passes, files, limits);
  const probed = read.probed(passes, upstreams);
  const exempt = read.health(passes, probed, health);
  read.distinct(passes, files, exempt);
  return {
    version: attempt(construct, 'version', () => grammar.version(version), [1, 30]),
    hosts: read.hosts(typeof host === 'string' ? [host] : host, tls),
    tls: read.tls(tls),
    acme: typeof tls === 'object' ? read.acme(tls.acme) : undefined,
    upstreams, mounts, limits, buffers, timeouts: times, resources: sizes,
    upstreamKeepAlive: {
      connections: read.count('upstreamKeepAlive.connections', upstreamKeepAlive.connections ?? 32) ?? 32,
      idle: read.duration('upstreamKeepAlive.idle', upstreamKeepAlive.idle ?? '4s'),
    },
    locations,
    connectionsPerAddress: connections,
    health: exempt,
    landing: landingOf(locations, [...probed, ...exempt]),
    hidden: read.hidden(passes, upstreams, hidden),
    headers: read.headers(headers, tls),
    blocked: read.each('blockedFiles', blockedFiles, grammar.ending),
    trustedProxies: read.each('trustedProxies', trustedProxies, grammar.cidr),
    published: { http: read.port('published.http', published.http ?? 80), https: read.port('published.https', published.https ?? 443) },
    workers: Math.max(1, Math.ceil(sizes.cpu.limit.millis / 1000)),
    maxBodySize: read.bodySize(maxBodySize, buffers, overcommit ? 0 : connections),
    overcommit,
    keepAlive: read.duration('keepAlive', keepAlive),
    drain: read.duration('drain', drain),
  };
}

function landingOf(locations: readonly Location[], probed: readonly Probed[]): string {
  const answersAtRoot = locations.some(({ path, answer }) => path.text === '/' && answer.kind !== 'nothing');
  return answersAtRoot ? '/' : probed[0]?.path.text ?? '/';
}
