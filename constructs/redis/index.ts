import { Construct } from 'constructs';
import {
  addCheck, addRunbook, attempt, Config, Image, readResources, reportProblem, Route, Secret, Size, steps, Text, text, Volume, Workload,
  type Endpoint, type ResourcesLike, type SecretKey, type SizeLike, type Tier,
} from '../../lib/model';
import { HealthProbes } from '../health-probes';
import { healthScript, redisConf, startScript } from './files';

/** What a {@link Redis} can be asked for. Only what happens when its memory is full must be said. */
export interface RedisProps {
  /** A version with an Alpine image: `7`, `7.4`, `8`. Default: 8. */
  readonly version?: `${number}`;
  /** What happens when memory is full. A cache forgets (`allkeys-lru`), a queue refuses (`noeviction`). */
  readonly eviction: Eviction;
  /** For its data. At most three quarters of the limit. Default: half of it. */
  readonly maxMemory?: SizeLike;
  /** Room for its append-only file and snapshots. Default: 1 GiB. */
  readonly storage?: SizeLike;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
  /** Default: 0.5 CPU and 256 MiB. */
  readonly resources?: ResourcesLike;
  /** The port on the host itself that publishes it, for developers. Default: not published. */
  readonly published?: number;
  /** The part of the network that it is called in. Default: none. */
  readonly tier?: Tier;
}

/** What Redis forgets when its memory is full, in Redis' own words: nothing, or keys of all or of those that expire, by age, use or chance. */
export type Eviction = 'noeviction' | 'allkeys-lru' | 'allkeys-lfu' | 'allkeys-random' | 'volatile-lru' | 'volatile-lfu' | 'volatile-random' | 'volatile-ttl';

const EVICTIONS: readonly Eviction[] = ['noeviction', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'];

const SECRETS = '/run/secrets/redis';
const CONFIGURATION = '/etc/redis';

/**
 * A Redis server with a password, an append-only file and snapshots.
 *
 * Compose: a service with a named volume. Kubernetes: a StatefulSet with a claim template.
 */
export class Redis extends Construct {
  /** What runs: for `after`, aspects and patches. */
  readonly workload: Workload;
  /** Where it answers, at port 6379. */
  readonly endpoint: Endpoint;
  /** What it runs. */
  readonly image: Image;
  /** The password of the user `default`. */
  readonly password: SecretKey;
  private readonly config: Config;
  private readonly users = new Map<string, { readonly rules: string; readonly password: SecretKey }>();

  constructor(scope: Construct, id: string, props: RedisProps) {
    super(scope, id);
    const { version = '8', eviction, maxMemory, storage = '1Gi', storageClass, resources = { cpu: '500m', memory: '256Mi' }, published, tier } = props;
    const limit = attempt(this, 'resources', () => readResources(resources).memory.limit, Size.mebibytes(256));
    const memory = attempt(this, 'maxMemory', () => (maxMemory ? Size.of(maxMemory) : limit.share(1 / 2)), Size.mebibytes(1));
    // It becomes a word of a file: a program without types may give more than a word.
    const known = EVICTIONS.find(word => word === eviction) ?? 'noeviction';
    if (known !== eviction) reportProblem(this, { code: 'redis-eviction', what: `${JSON.stringify(eviction)} is nothing that Redis does when its memory is full`, fix: `use one of: ${EVICTIONS.join(', ')}` });
    // The ids are those of the Dockerfiles of docker-library/redis for Alpine.
    this.image = Image.registry(`redis:${version}-alpine`, { user: { uid: 999, gid: 1000 }, tools: ['wget', 'nc', 'shell'], folders: ['/data'] });
    this.password = new Secret(this, 'credentials', { keys: ['password'] }).key('password');
    this.config = new Config(this, 'config', { files: { 'redis.conf': redisConf(memory, known) } });
    const scripts = new Config(this, 'scripts', { files: { start: startScript(CONFIGURATION, SECRETS), health: healthScript(SECRETS) }, executable: true });

    this.workload = new Workload(this, 'Default', {
      image: this.image,
      command: [`${CONFIGURATION}/bin/start`],
      ports: { redis: 6379 },
      mounts: [
        // A cache may forget any key.
        { volume: new Volume(this, 'data', { size: storage, storageClass, disposable: /^allkeys-/.test(eviction) }), path: '/data' },
        { config: this.config, path: CONFIGURATION },
        { config: scripts, path: `${CONFIGURATION}/bin` },
        { secret: this.password.secret, path: SECRETS },
      ],
      scratch: [{ path: '/tmp', size: '16Mi' }],
      resources,
      probes: HealthProbes.command([`${CONFIGURATION}/bin/health`], { startup: '60s', alive: { port: 'redis' } }),
      // It writes what is in memory to the disk before it ends.
      stop: { grace: '60s' },
      tier,
    });
    this.endpoint = this.workload.endpoint('redis');
    if (published !== undefined) new Route(this, 'published', { to: this.endpoint, published });

    addRunbook(this, () => [{
      purpose: 'look', title: `A prompt of the Redis ${id}`, of: this.workload,
      content: [steps([{ do: 'execute', in: this.workload, command: ['sh', '-c', `REDISCLI_AUTH=$(cat ${SECRETS}/password) exec redis-cli`] }])],
    }]);
    addCheck(this, function* () {
      if (memory.bytes > limit.bytes * 0.75) {
        yield { code: 'redis-over-limit', what: `maxMemory (${memory}) is more than three quarters of the memory limit (${limit}): copies of pages while it writes to the disk need the rest`, fix: 'raise resources.memory, or lower maxMemory' };
      }
    });
  }

  /**
   * Another user beside the applications' own, with a password of its own and what the rules allow. Asked for again with
   * the same rules, it is the same user.
   * @param rules in the words of `ACL SETUSER`: `-@all +ping +info`.
   */
  addUser(name: string, rules: string): SecretKey {
    const known = this.users.get(name);
    if (known) {
      if (known.rules !== rules) reportProblem(this, { code: 'redis-user-twice', what: `the user '${name}' is asked for twice: with '${known.rules}', and with '${rules}'`, fix: 'give one of them another name' });
      return known.password;
    }
    const { files } = this.config.spec;
    const isNamed = /^[a-z][a-z0-9-]*$/.test(name) && name !== 'default';
    if (!isNamed || !/^[\w@+~&*|:.% -]+$/.test(rules)) {
      reportProblem(this, { code: 'redis-user', what: `'${name} ${rules}' does not describe a user`, fix: "give a name of lower-case letters, digits and dashes, and rules such as '-@all +ping +info'" });
    }
    files['users'] = Text.of(`${files['users']?.literal ?? ''}${name} ${rules}\n`);
    const password = new Secret(this, `user-${name}`, { keys: ['password'] }).key('password');
    this.users.set(name, { rules, password });
    this.workload.spec.mounts.push({ secret: password.secret, path: `${SECRETS}-${name}` });
    return password;
  }

  /** The name under which other workloads of the stack find it. */
  get host(): Text {
    return this.endpoint.host;
  }

  /** `redis://:password@host:port`, without the number of a database: ``text`${cache.url}/0` ``. */
  get url(): Text {
    return text`redis://:${this.password}@${this.endpoint}`;
  }
}
