import { Construct } from 'constructs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config, reportProblem, Secret, text, Workload, type Endpoint, type Image, type SecretKey, type Text, type Tier, type Volume } from '../../lib/model';
import { HealthProbes } from '../health-probes';
import { ReleaseJob } from '../release-job';
import { IMAGES } from './images';
import { yaml, type Yaml } from './yaml';

const SMALL = { cpu: '100m', memory: '64Mi' } as const;

/** The server that a {@link PostgresExporter} tells of. */
export interface PostgresExporterProps {
  /** The server: a `Postgres`, or whatever says as much of itself. */
  readonly of: { readonly endpoint: Endpoint; readonly image: Image; readonly database: string; readonly user: string; readonly password: SecretKey };
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

/**
 * Metrics of a Postgres server, read as a role of its own that sees statistics (`pg_monitor`) and no table. The role is
 * made once per release, on new servers and old ones alike.
 *
 * Compose: a service, and one that makes the role before it starts. Kubernetes: a Deployment with a Service, and a Job for
 * the role.
 */
export class PostgresExporter extends Construct {
  /** The role that it logs in as. */
  static readonly ROLE = 'monitoring';
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its metrics, at port 9187. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { of: server, tier }: PostgresExporterProps) {
    super(scope, id);
    const own = '/run/secrets/monitoring';
    const { role, password } = this.roleOf(server, own, tier);
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.postgres,
      args: ['--collector.postmaster', '--collector.stat_checkpointer', '--no-collector.wal'],
      env: {
        DATA_SOURCE_URI: text`${server.endpoint}/${server.database}?sslmode=disable`,
        DATA_SOURCE_USER: PostgresExporter.ROLE,
        DATA_SOURCE_PASS_FILE: `${own}/password`,
      },
      ports: { metrics: 9187 },
      probes: HealthProbes.http({ ready: '/' }),
      mounts: [{ secret: password.secret, path: own }],
      after: [role],
      startsWithout: [server.endpoint.workload],
      resources: SMALL, tier,
    });
    this.endpoint = this.workload.endpoint('metrics');
  }

  /** Exporters of one server share the role: each would give it another password. */
  private roleOf(server: PostgresExporterProps['of'], own: string, tier: Tier | undefined): Role {
    const known = ROLES.get(server.endpoint.workload);
    if (known) return known;
    const password = new Secret(this, 'credentials', { keys: ['password'] }).key('password');
    const owner = '/run/secrets/postgres';
    const role = new ReleaseJob(this, 'role', {
      image: server.image,
      command: ['/bin/sh', '/etc/compose8s/role/role.sh', 'ensure'],
      // It logs in as the role that was to be made.
      check: ['/bin/sh', '/etc/compose8s/role/role.sh', 'check'],
      env: {
        PGHOST: server.endpoint.host, PGPORT: server.endpoint.port, PGDATABASE: server.database, PGUSER: server.user,
        MONITORING_ROLE: PostgresExporter.ROLE, MONITORING_PASSWORD_FILE: `${own}/password`, OWNER_PASSWORD_FILE: `${owner}/${server.password.name}`,
      },
      connects: [server.endpoint],
      mounts: [
        { config: new Config(this, 'role-script', { files: { 'role.sh': script('postgres-role.sh') } }), path: '/etc/compose8s/role' },
        { secret: password.secret, path: own },
        { secret: server.password.secret, path: owner, keys: [server.password.name] },
      ],
      // The server's own folder is a volume of its image: Docker would make an anonymous one of it.
      scratch: [{ path: '/tmp', size: '16Mi' }, ...(server.image.facts.folders ?? []).map(path => ({ path, size: '1Mi' as const }))],
      resources: SMALL, tier,
    });
    ROLES.set(server.endpoint.workload, { role, password });
    return { role, password };
  }
}

interface Role { readonly role: ReleaseJob; readonly password: SecretKey }

const ROLES = new WeakMap<Workload, Role>();

/** The server that a {@link RedisExporter} tells of. */
export interface RedisExporterProps {
  /** The server: a `Redis`, or whatever can be asked for another user. */
  readonly of: { readonly endpoint: Endpoint; addUser(name: string, rules: string): SecretKey };
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

/** Metrics of a Redis server, read as a user that may ask how it is and cannot touch a key. Compose: a service. Kubernetes: a Deployment with a Service. */
export class RedisExporter extends Construct {
  /** The user that it logs in as. */
  static readonly USER = 'monitoring';
  /** What that user may do, in the words of `ACL SETUSER`. */
  static readonly RULES = '-@all +ping +info +client|setname +slowlog|len +slowlog|get +latency|latest +latency|histogram';
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its metrics, at port 9121. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { of: server, tier }: RedisExporterProps) {
    super(scope, id);
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.redis,
      env: {
        REDIS_ADDR: server.endpoint.url('redis'),
        REDIS_USER: RedisExporter.USER,
        REDIS_PASSWORD: server.addUser(RedisExporter.USER, RedisExporter.RULES),
        // The configuration is not for it to see.
        REDIS_EXPORTER_CONFIG_COMMAND: '-',
      },
      ports: { metrics: 9121 },
      probes: HealthProbes.http({ ready: '/health' }),
      startsWithout: [server.endpoint.workload],
      resources: SMALL, tier,
    });
    this.endpoint = this.workload.endpoint('metrics');
  }
}

/** The proxy that an {@link NginxExporter} tells of. */
export interface NginxExporterProps {
  /** The proxy: an `NginxProxy`, or whatever answers at `/stub_status`. */
  readonly of: { readonly metrics: Endpoint };
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

/** Metrics of nginx, from its own counters. Compose: a service. Kubernetes: a Deployment with a Service. */
export class NginxExporter extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its metrics, at port 9113. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { of: proxy, tier }: NginxExporterProps) {
    super(scope, id);
    const program = '/usr/bin/nginx-prometheus-exporter';
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.nginx,
      args: [text`--nginx.scrape-uri=${proxy.metrics.url('http')}/stub_status`],
      ports: { metrics: 9113 },
      // Its image is that one program: it can tell no more from inside than that it can be run. Prometheus sees the rest.
      probes: HealthProbes.command([program, '--version'], { alive: { port: 'metrics' } }),
      startsWithout: [proxy.metrics.workload],
      resources: SMALL, tier,
    });
    this.endpoint = this.workload.endpoint('metrics');
  }
}

/**
 * Metrics of the machine below: processors, memory, load, disks' work, and the disk that containers and volumes are on. It
 * has neither the host's folders nor its namespaces, so that it does not see the host's network cards and other disks.
 * `tier`: as for workloads. Default: none.
 *
 * Compose: a service, for the host. Kubernetes: a Deployment with a Service, for the one node that its pod is on; a
 * cluster's nodes are for the cluster's own monitoring.
 */
export class HostExporter extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its metrics, at port 9100. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { tier }: { readonly tier?: Tier } = {}) {
    super(scope, id);
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.host,
      args: [
        '--collector.disable-defaults',
        ...['cpu', 'meminfo', 'loadavg', 'diskstats', 'filesystem', 'stat', 'pressure', 'time', 'uname'].map(name => `--collector.${name}`),
        // The container's own root lies on the disk of all containers and volumes.
        '--collector.filesystem.mount-points-exclude=^/.+',
        '--collector.filesystem.fs-types-exclude=^(proc|sysfs|tmpfs)$',
      ],
      ports: { metrics: 9100 },
      probes: HealthProbes.http({ ready: '/' }),
      resources: SMALL, tier,
    });
    this.endpoint = this.workload.endpoint('metrics');
  }
}

/** The backups that a {@link BackupExporter} tells of. */
export interface BackupExporterProps {
  /** A `BackupCronJob`, or whatever keeps `*.prom` files at the top of a volume. */
  readonly of: { readonly volume: Volume };
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

/** What backups write of themselves. It sees their folder, and cannot read them. Compose: a service. Kubernetes: a Deployment with a Service. */
export class BackupExporter extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Its metrics, at port 9100. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { of: { volume }, tier }: BackupExporterProps) {
    super(scope, id);
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.host,
      args: ['--collector.disable-defaults', '--web.disable-exporter-metrics', '--collector.textfile', '--collector.textfile.directory=/backups'],
      ports: { metrics: 9100 },
      probes: HealthProbes.http({ ready: '/' }),
      mounts: [{ volume, path: '/backups', readOnly: true }],
      resources: SMALL, tier,
    });
    this.endpoint = this.workload.endpoint('metrics');
  }
}

/** Headers that a question must carry; a module of the exporter for each set of them. */
export type Headers = Readonly<Record<string, string>>;

const CONFIGURATION = '/etc/blackbox';
const AUTHORITY = '/etc/compose8s/authority';

/** Until when a certificate is good, whoever signed it and even after its end. No page is asked for. */
const CERTIFICATE = yaml`
  prober: tcp
  tcp:
    preferred_ip_protocol: ip4
    tls: true
    tls_config: { insecure_skip_verify: true }
  `;

/**
 * Asks from outside what a program cannot tell of itself: whether it is ready, what visitors get, until when a certificate
 * is good. `tier`: as for workloads. Default: none. `authority`: whom it trusts besides the public authorities, as certificates in PEM
 * format. Default: nobody.
 *
 * Compose: a service. Kubernetes: a Deployment with a Service.
 */
export class BlackboxExporter extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Takes questions at `/probe`, at port 9115. */
  readonly endpoint: Endpoint;
  private readonly config: Config;
  private readonly modules = new Map<string, Yaml>([
    ['http', http({})],
    ['tcp', yaml`prober: tcp`],
    ['public', visitor(false)],
    ['public_untrusted', visitor(true)],
    ['certificate', CERTIFICATE],
  ]);

  constructor(scope: Construct, id: string, { tier, authority }: { readonly tier?: Tier; readonly authority?: string } = {}) {
    super(scope, id);
    this.config = new Config(this, 'config', { files: {} });
    this.workload = new Workload(this, 'Default', {
      image: IMAGES.blackbox,
      args: [`--config.file=${CONFIGURATION}/blackbox.yml`],
      ports: { http: 9115 },
      probes: HealthProbes.http({ ready: '/-/healthy' }),
      mounts: [
        { config: this.config, path: CONFIGURATION },
        ...(authority === undefined ? [] : [{ config: new Config(this, 'authority', { files: { 'authority.pem': authority } }), path: AUTHORITY }]),
      ],
      // Instead of Go's own list of folders: the public authorities stay.
      ...(authority === undefined ? {} : { env: { SSL_CERT_DIR: `/etc/ssl/certs:${AUTHORITY}` } }),
      resources: SMALL, tier,
    });
    this.endpoint = this.workload.endpoint('http');
    if (authority?.includes('-----BEGIN CERTIFICATE-----') === false) {
      reportProblem(this, { code: 'authority', what: 'the authority has no certificate in PEM format', fix: "give the text of its file: readFileSync('authority.pem', 'utf8')" });
    }
    this.refresh();
  }

  /** Lets it ask an endpoint, and gives how that is written as a target. */
  mayAsk(endpoint: Endpoint): Text {
    const { connects, startsWithout } = this.workload.spec;
    connects.push(endpoint);
    if (!startsWithout.includes(endpoint.workload)) startsWithout.push(endpoint.workload);
    return endpoint.mention();
  }

  /** The module that sends these headers. */
  withHeaders(headers: Headers, service: string): string {
    if (Object.keys(headers).length === 0) return 'http';
    const module = `http_${service.replaceAll('-', '_')}`;
    this.modules.set(module, http(headers));
    this.refresh();
    return module;
  }

  private refresh(): void {
    this.config.spec.files['blackbox.yml'] = yaml`
      modules:
        ${[...this.modules].map(([name, module]) => yaml`
          ${yaml`${name}:`}
            ${module}
          `)}
      `.file;
  }
}

function http(headers: Headers): Yaml {
  return yaml`
    prober: http
    http:
      preferred_ip_protocol: ip4
      ${Object.keys(headers).length > 0 && yaml`
        headers:
          ${Object.entries(headers).map(([name, value]) => yaml`${name}: ${value}`)}
        `}
    `;
}

/** Whatever is not an error of the server is an answer: a first page may want a log-in. */
function visitor(isUntrusted: boolean): Yaml {
  return yaml`
    prober: http
    http:
      preferred_ip_protocol: ip4
      follow_redirects: false
      valid_status_codes: [200, 204, 301, 302, 303, 307, 308, 401, 403, 404]
      ${isUntrusted && yaml`tls_config: { insecure_skip_verify: true }`}
    `;
}

function script(name: string): string {
  return readFileSync(join(__dirname, 'scripts', name), 'utf8');
}
