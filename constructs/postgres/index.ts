import { Construct } from 'constructs';
import {
  addCheck, addRunbook, advice, attempt, Config, DEFAULT_PROCESSES, Image, readResources, Route, Secret, Size, steps, Text, text, Volume, Workload,
  type DurationLike, type Endpoint, type ResourcesLike, type SecretKey, type SizeLike, type TextLike, type Tier,
} from '../../lib/model';
import { HealthProbes } from '../health-probes';
import { INIT_SCRIPTS, LAST_SCRIPT, lastScript, startScript } from './start';
import { connectionsOf, defaultsFor, preloadFaults, printMemory, printSettings, settingFaults, sharedMemoryOf, type Settings } from './settings';

export type { Settings } from './settings';

/** What a {@link Postgres} can be asked for. Only the storage must be said. */
export interface PostgresProps {
  /** The major version. Default: 17. */
  readonly version?: number;
  /** What the image is made of. Default: `alpine`. */
  readonly variant?: 'alpine' | 'debian';
  /** Its name. Default: the id of the construct, in lower case, with underscores for what names cannot have. */
  readonly database?: string;
  /** The owner of the database. Default: the database's name. */
  readonly user?: string;
  /** Room for its data. */
  readonly storage: SizeLike;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
  /** Default: 1 CPU and 1 GiB. Memory settings follow from the limit. */
  readonly resources?: ResourcesLike;
  /**
   * Lines of `postgresql.conf`, by their names in the manual; they win over what follows from the limit. `/dev/shm`
   * has room for what they let processes share. Default: memory and connections follow from the limit of `resources`.
   */
  readonly settings?: Settings;
  /** Says that settings whose worst cases add up to more than the limit are meant so. Default: that is an error. */
  readonly overcommit?: boolean;
  /**
   * Run once, on an empty database, by its owner and in the order of their names: `{ '10-extensions.sql': … }`, or shell
   * scripts that end in `.sh`, which must not `exit`. Extensions such as pg_stat_statements must stand in `settings.shared_preload_libraries` too.
   * Where they did not all end well, because one failed or the start was stopped, every later start is refused until the
   * volume is empty again. Default: none.
   */
  readonly initScripts?: Readonly<Record<string, TextLike>>;
  /**
   * How long a start may take, the first one with all `initScripts` too, before failures count. Compose: the start period
   * of the health check. Kubernetes: the container is ended after it; work of the release that needs the database gives up
   * after ten minutes, and is to be done once more after a longer start. Default: 60 s.
   */
  readonly startup?: DurationLike;
  /** The port on the host itself that publishes it, for developers. Default: not published. */
  readonly published?: number;
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

/** The first version whose image keeps data in a folder of its own version, below the volume. */
const VERSIONED_FOLDERS = 18;
const SECRETS = '/run/secrets/postgres';
const CONFIGURATION = '/etc/postgresql';

/**
 * A PostgreSQL server with checksums, SCRAM passwords, and memory settings that fit its container.
 *
 * Compose: a service with a named volume. Kubernetes: a StatefulSet with a claim template.
 */
export class Postgres extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Where it answers, at port 5432. */
  readonly endpoint: Endpoint;
  /** Whose tools dump and restore it. */
  readonly engine = 'postgres';
  /** What it runs: its tools dump and restore for others. */
  readonly image: Image;
  /** The name of the database. */
  readonly database: string;
  /** The owner of the database. */
  readonly user: string;
  /** The owner's password. */
  readonly password: SecretKey;

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    const {
      version = 17, variant = 'alpine', database = id.replace(/\W/g, '_').toLowerCase(), user = database, storage, storageClass,
      resources = { cpu: 1, memory: '1Gi' }, settings = {}, overcommit = false, initScripts = {}, startup = '60s', published, tier,
    } = props;
    this.database = database;
    this.user = user;
    this.image = postgresImage(version, variant);
    this.password = new Secret(this, 'credentials', { keys: ['password'] }).key('password');

    const limit = attempt(this, 'resources', () => readResources(resources).memory.limit, Size.mebibytes(1024));
    const all = withDefaults(settings, limit);
    const data = new Volume(this, 'data', { size: storage, storageClass });
    const config = new Config(this, 'config', { files: { 'postgresql.conf': printSettings({ listen_addresses: '*', ...all }) } });
    const folder = dataFolder(version);
    const init = new Config(this, 'init', { files: { ...initScripts, [LAST_SCRIPT]: lastScript(folder.volume) } });
    const start = new Config(this, 'scripts', { files: { start: startScript({ ...folder, secrets: SECRETS }) }, executable: true });

    this.workload = new Workload(this, 'Default', {
      image: this.image,
      command: [`${CONFIGURATION}/bin/start`],
      args: ['postgres', '-c', `config_file=${CONFIGURATION}/postgresql.conf`],
      ports: { postgres: 5432 },
      env: {
        POSTGRES_DB: database,
        POSTGRES_USER: user,
        POSTGRES_PASSWORD_FILE: `${SECRETS}/password`,
        // Checksums are the default from 18 on; naming them there as well does no harm.
        POSTGRES_INITDB_ARGS: '--data-checksums --auth-host=scram-sha-256',
        PGDATA: folder.data,
      },
      mounts: [{ volume: data, path: folder.volume }, { config, path: CONFIGURATION }, { config: start, path: `${CONFIGURATION}/bin` }, { secret: this.password.secret, path: SECRETS }, { config: init, path: INIT_SCRIPTS }],
      scratch: [{ path: '/tmp', size: '64Mi' }, { path: '/var/run/postgresql', size: '1Mi' }],
      sharedMemory: sharedMemoryOf(all, limit),
      resources,
      // Over TCP: while the image prepares an empty database it listens on its socket only, and is not ready.
      probes: HealthProbes.command(['pg_isready', '-h', '127.0.0.1', '-U', user, '-d', database], { startup, alive: { port: 'postgres' } }),
      // SIGINT is Postgres' fast shutdown: it ends sessions and writes a checkpoint, which takes its time.
      stop: { signal: 'SIGINT', grace: '120s' },
      loosened: overcommit ? { accepted: [`the worst case of its memory settings is more than its limit of ${limit}; the kernel would end it`] } : {},
      // One process for each connection, and the server's own.
      processes: Math.max(DEFAULT_PROCESSES, connectionsOf(all) + 64),
      tier,
    });
    this.endpoint = this.workload.endpoint('postgres');
    if (published !== undefined) new Route(this, 'published', { to: this.endpoint, published });

    addRunbook(this, () => [{
      purpose: 'look', title: `A prompt of the database ${database}`, of: this.workload,
      content: [steps([{ do: 'execute', in: this.workload, command: ['psql', '-U', user, '-d', database] }])],
    }, {
      purpose: 'start', title: `The first start of the database ${database} was cut short`, of: this.workload,
      content: [
        advice`Only where its log says so (${{ do: 'logs', of: this.workload }}): it was stopped while it was made, or one of its scripts failed. Mend what was wrong: the script, or in the program \`startup\`, the time that a start may take.`,
        advice`No client was ever let in, so that the volume has nothing of worth, unless somebody put data there by hand. **All that is in it is lost** by ${{ do: 'empty', of: this.workload }}.`,
      ],
    }]);
    addCheck(this, function* () {
      yield* settingFaults(all, limit, overcommit);
      for (const name of Object.keys(initScripts).filter(name => name.toLowerCase() >= LAST_SCRIPT)) {
        yield { code: 'postgres-script', what: `the script '${name}' does not come before ${LAST_SCRIPT}, by which the first start ends`, fix: "give it a name that does, such as '90-last.sql'" };
      }
      for (const [name, script] of Object.entries(initScripts)) yield* preloadFaults(name, Text.of(script).spell(characters => characters, () => ''), all);
      if (!Number.isInteger(version) || version < 14) {
        yield { code: 'postgres-version', what: `version ${version} of Postgres is not supported`, fix: 'use the number of a major version from 14 on' };
      }
      for (const [what, name] of [['database', database], ['user', user]] as const) {
        if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
          yield { code: 'postgres-name', what: `'${name}' cannot be the name of a ${what}`, fix: 'use at most 63 lower-case letters, digits and underscores, and no digit first' };
        }
        const why = reservation(what, name);
        if (why) yield { code: 'postgres-name', what: `'${name}' cannot be the name of a ${what}: ${why}`, fix: `give it another: ${what}: …` };
      }
    });
  }

  /** The name under which other workloads of the stack find it. */
  get host(): Text {
    return this.endpoint.host;
  }

  /** `postgres://user:password@host:port/database`. The password needs no escaping: its alphabet is URL-safe. */
  get url(): Text {
    return text`postgres://${this.user}:${this.password}@${this.endpoint}/${this.database}`;
  }
}

/** Names that Postgres keeps for itself, and what for. */
function reservation(what: 'database' | 'user', name: string): string | undefined {
  if (what === 'database') return /^template[01]$/.test(name) ? 'Postgres makes new databases as copies of it' : undefined;
  if (name.startsWith('pg_')) return 'Postgres keeps what begins with pg_ for its own roles';
  if (name === 'public') return 'to Postgres it means everybody';
  return name === 'none' ? 'to Postgres it means nobody' : undefined;
}

function withDefaults(settings: Settings, limit: Size): Settings {
  const { max_connections, ...memory } = defaultsFor(limit, connectionsOf(settings));
  return { ...Object.fromEntries(Object.entries(memory).map(([name, size]) => [name, printMemory(size)])), max_connections, ...settings };
}

function postgresImage(version: number, variant: 'alpine' | 'debian'): Image {
  const id = variant === 'alpine' ? 70 : 999;
  return Image.registry(`postgres:${version}${variant === 'alpine' ? '-alpine' : ''}`, {
    user: { uid: id, gid: id },
    tools: variant === 'alpine' ? ['wget', 'nc', 'shell'] : ['bash', 'shell'],
    folders: [dataFolder(version).volume],
  });
}

/** Where the volume is mounted, and where below it the data lies: a volume's own folder may hold `lost+found`. */
function dataFolder(version: number): { readonly volume: string; readonly data: string } {
  return version >= VERSIONED_FOLDERS
    ? { volume: '/var/lib/postgresql', data: `/var/lib/postgresql/${version}/docker` }
    : { volume: '/var/lib/postgresql/data', data: '/var/lib/postgresql/data/pgdata' };
}

