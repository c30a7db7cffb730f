import type { DurationLike, Endpoint, Replicas, ResourcesLike, SizeLike, Volume, WorkloadProps } from '../../lib/model';
import type { FRAME_OPTIONS, REFERRER_POLICIES } from './grammar';

/** Where requests go: a port of a workload, or a construct that has one. */
export type Upstream = Endpoint | { readonly endpoint: Endpoint };

/** Requests that are handed on to a service. */
export interface ProxyPass {
  /** The service, by a port of it. */
  readonly to: Upstream;
  /** Lets connections become WebSockets. Default: false. */
  readonly webSocket?: boolean;
  /**
   * Says that requests which change something may be made twice, so that one whose replica is lost goes to another, as those
   * that only read always do. Default: false: the visitor gets a 502, and may decide.
   */
  readonly idempotent?: boolean;
  /** The longest silence of the upstream. Default: `timeouts.read`, and an hour for WebSockets. */
  readonly timeout?: DurationLike;
}

/** Files that nginx sends by itself, from a volume. */
export interface StaticFiles {
  /** Where the files are. It is mounted read-only. */
  readonly volume: Volume;
  /** A folder in the volume. Default: all of it. */
  readonly folder?: string;
  /** How long browsers may keep a file; `immutable`: a year, for names that change with the content. Default: they ask each time. */
  readonly cache?: 'immutable' | DurationLike;
  /** Sends `site.css.gz` in place of `site.css` where it is there. Not for uploads: users could replace one by the other. Default: false. */
  readonly precompressed?: boolean;
  /**
   * For an application of a single page: the file that answers at each path where there is none, `index.html`. Browsers ask each
   * time whether it is new, whatever `cache` says. Give what has the content in its name a path of its own, and what is missing there
   * is not found: `{ '/': { volume, fallback: 'index.html' }, '/assets/': { volume, folder: 'assets', cache: 'immutable' } }`.
   * Default: what is missing is not found.
   */
  readonly fallback?: string;
  /** For uploads: no script in them runs, neither on the server nor in the browser. Default: false. */
  readonly noScripts?: boolean;
}

/** Requests in a second or in a minute, of one client address. */
export type Rate = `${number}r/${'s' | 'm'}`;

/** How many requests each address may make; more are answered with 429. */
export interface RateLimit {
  /** `10r/s`, `3r/m`: a whole number in a second or in a minute. */
  readonly rate: Rate;
  /**
   * How many may come at once; the next is answered with 429 until the rate has made room again. With 3r/m and 3, the
   * fourth attempt within 20 seconds is refused. (nginx does not count the first of them: its own `burst` is one less.)
   * Default: as many as the rate allows in its second or minute.
   */
  readonly burst?: number;
}

/** Headers of every answer that tell browsers what to refuse; `false` leaves one out. */
export interface SecurityHeaders {
  /** For answers whose application sends no policy of its own, which may carry nonces. Default: everything from the same origin only. */
  readonly contentSecurityPolicy?: string | false;
  /** What pages may use of a visitor's devices. Default: neither camera, geolocation, microphone, payment nor USB. */
  readonly permissionsPolicy?: string | false;
  /** Who may show the pages in a frame. Default: `SAMEORIGIN`. */
  readonly frameOptions?: typeof FRAME_OPTIONS[number] | false;
  /** What other sites are told of where a visitor comes from. Default: `strict-origin-when-cross-origin`. */
  readonly referrerPolicy?: typeof REFERRER_POLICIES[number] | false;
  /** Strict-Transport-Security, where TLS ends here. Default: a year, for these hosts only. */
  readonly hsts?: StrictTransport | false;
}

/** How long browsers refuse plain HTTP after one visit. */
export interface StrictTransport {
  /** How long it holds. Default: 365 days. */
  readonly maxAge?: DurationLike;
  /** Whether it holds for all subdomains. Default: false, or true with `preload`, which wants it. */
  readonly includeSubDomains?: boolean;
  /** Asks browsers to ship with it: hard to undo. Default: false. */
  readonly preload?: boolean;
}

/** A certificate from an authority such as Let's Encrypt, got and renewed by itself. Compose: by certbot. Kubernetes: by cert-manager. */
export interface Acme {
  /** Where the certificate authority writes to. */
  readonly email: string;
  /** The cluster's issuer. Default: `letsencrypt`. Kubernetes only. */
  readonly issuer?: string;
  /** The directory of another certificate authority. Default: Let's Encrypt. Compose only: an issuer has its own. */
  readonly server?: string;
}

/** What an {@link NginxProxy} answers for, where it hands requests on, and what it allows. */
export interface NginxProxyProps extends Pick<WorkloadProps, 'resources' | 'tier' | 'logs'> {
  /** There is a worker process for each CPU, and half of the memory is for bodies and large answers. Default: 1 CPU and 256 MiB. */
  readonly resources?: ResourcesLike;
  /** Of the image `nginx:<version>-alpine`. Default: 1.30. */
  readonly version?: string;
  /** The names that visitors use: `shop.example`, `*.shop.example`. Requests for others are refused. */
  readonly host: string | readonly string[];
  /**
   * Where the certificate comes from; `off`: TLS ends elsewhere. Default: self-signed, which browsers warn of.
   *
   * `acme` is for public hosts: an authority must reach them. The site is served as soon as there is a certificate. Compose: within the hour, or at once with
   * `docker compose run --rm <proxy>-certbot -v`. Kubernetes: cert-manager gets it, by an
   * issuer that proves names by DNS-01: they lead to this proxy, which does not know cert-manager's answers over HTTP.
   */
  readonly tls?: 'self-signed' | 'given' | 'off' | { readonly acme: Acme };
  /** The beginning of a path → what answers there. The longest one counts. */
  readonly routes: Readonly<Record<string, Upstream | ProxyPass>>;
  /** The beginning of a path → the files there. No limits apply to them, but for one on this very path or below. Default: none. */
  readonly static?: Readonly<Record<string, StaticFiles>>;
  /** The largest request body. It is kept in memory until the service has taken it. Default: 1 MiB. */
  readonly maxBodySize?: SizeLike;
  /** How long to wait for others. Default: 5 s to connect to an upstream, 60 s for its silence, 30 s for that of a client. */
  readonly timeouts?: {
    /** To connect to an upstream. Default: 5 s. */
    readonly connect?: DurationLike;
    /** The longest silence of an upstream. Default: 60 s. */
    readonly read?: DurationLike;
    /** The longest time in which an upstream takes nothing. Default: 60 s. */
    readonly send?: DurationLike;
    /** The longest silence of a client within a request. Default: 30 s. */
    readonly client?: DurationLike;
  };
  /** How long a client's idle connection stays open. Default: 65 s. */
  readonly keepAlive?: DurationLike;
  /** Idle connections to each upstream, per worker process. Default: 32, for 4 s. */
  readonly upstreamKeepAlive?: {
    /** Default: 32. */
    readonly connections?: number;
    /** Must be shorter than the upstream's own. Default: 4 s, as Gunicorn, Uvicorn and Node.js close them after 5 s. */
    readonly idle?: DurationLike;
  };
  /** The beginning of a path → the limit for each client address. The longest one counts. With replicas, each counts for itself. Default: no limit. */
  readonly rateLimits?: Readonly<Record<string, RateLimit | Rate>>;
  /**
   * Requests at the same time from one address. In HTTP/2 each request counts. As many bodies of `maxBodySize` must fit half of the
   * room for bodies, so that slow uploads of one visitor do not keep others from theirs. Default: no limit.
   */
  readonly connectionsPerAddress?: number;
  /** Says that one address may take more than half of the room for bodies. Default: that is an error. */
  readonly overcommit?: boolean;
  /**
   * Paths that monitors ask: no limits, no lines in the log, no body of more than 1 KiB, and an answer over plain HTTP too. The HTTP
   * probes of the workloads that `routes` names are among them already, but for one at `/`, or at the beginning `/shop/` of a route:
   * that is a page, which visitors ask for as well. Default: no others.
   */
  readonly health?: readonly string[];
  /**
   * Paths that visitors get a 404 for, and for all below them, in capitals too. Those of the metrics of the WebServices that
   * `routes` names are among them already: only a route of their own shows them. Default: no others.
   */
  readonly hidden?: readonly string[];
  /** Security headers of every answer. Default: as {@link SecurityHeaders} says of each. */
  readonly headers?: SecurityHeaders;
  /** Never served, nor dot files. Default: `*.py`, `*.conf`, `*.log`, `*.sql`. */
  readonly blockedFiles?: readonly string[];
  /** Balancers in front of it, whose X-Forwarded-For (and, without TLS here, X-Forwarded-Proto) is believed. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Ports that it is published on, of the host or of the load balancer. Default: 80 and 443. */
  readonly published?: { readonly http?: number; readonly https?: number };
  /** Who may come in: everybody, or only the machine itself. Default: `public`. */
  readonly reach?: 'public' | 'host';
  /** How many containers run. Default: 1. Compose runs one where it is public, as a port of the host belongs to one container. */
  readonly replicas?: Replicas;
  /** How long running requests may take after it was told to stop. Default: 30 s. */
  readonly drain?: DurationLike;
}
