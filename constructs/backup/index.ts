import { Construct } from 'constructs';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  addCheck, addRunbook, advice, attempt, Config, Duration, required, steps, Volume, Workload,
  type Cron, type DurationLike, type Endpoint, type Image, type ResourcesLike, type Runbook, type SecretKey, type SizeLike, type WorkloadProps,
} from '../../lib/model';
import { sha256 } from '../../lib/core/output';

/** What a {@link BackupCronJob} backs up, when, and how long it keeps that. */
export interface BackupCronJobProps {
  /** The database: a `Postgres`, or whatever says as much of itself. `engine`: that Postgres' own tools dump and restore it. */
  readonly of: {
    readonly engine: 'postgres';
    readonly endpoint: Endpoint;
    readonly image: Image;
    readonly database: string;
    readonly user: string;
    readonly password: SecretKey;
  };
  /** When to make a backup: `Cron.daily('02:00')`. */
  readonly schedule: Cron;
  /** How long backups are kept, in whole days. Default: 30 days. The last good one stays, however old. */
  readonly keep?: DurationLike;
  /**
   * What files are called before the time: `<name>_20250131_020000.sql.gz`. At most 40 characters. Default: `<database>_backup`;
   * the name of a database that is too long for it is cut, and ends in a hash of the whole.
   */
  readonly name?: string;
  /** Room for all that are kept. */
  readonly storage: SizeLike;
  /** The storage class to ask for. Default: the cluster's own. Kubernetes only. */
  readonly storageClass?: string;
  /** A run that takes longer is ended, and failed. Default: 1 hour. */
  readonly deadline?: DurationLike;
  /** When to restore the latest into a scratch database, to see that it can be done. Default: only by hand. */
  readonly drill?: Cron;
  /**
   * A program in the image that gets the path of each new backup, to copy it elsewhere, and reaches the internet for it
   * (rclone, restic). `image` must have the database's own tools as well; `env` is for the program. Default: backups are in
   * their volume, and nowhere else.
   */
  readonly offsite?: { readonly image: Image; readonly program: string; readonly env?: WorkloadProps['env'] };
  /** Default: 1 CPU and 512 MiB. */
  readonly resources?: ResourcesLike;
}

const SCRIPTS = '/opt/backup';
const BACKUPS = '/backups';
const SECRETS = '/run/secrets/postgres';
/** As the scripts take it: the scratch database of a drill has it in its name. */
const LONGEST_NAME = 40;
/** In days, as the scripts take it. */
const LONGEST_KEEP = 99_999;
const SHORTEST_RUN = Duration.minutes(1);

/**
 * Backups of a Postgres database at given times: dumped, read back, sealed with a checksum, pruned by age.
 * `backup.sh help` in its container tells of verifying, restoring and the restore drill.
 *
 * Compose: a service with a cron runner; by hand `docker compose run --rm backup restore latest`.
 * Kubernetes: a CronJob, and suspended ones for restoring and the drill; by hand `kubectl create job --from=cronjob/backup-restore …`.
 */
export class BackupCronJob extends Construct {
  /** Makes a backup at each time of the schedule. */
  readonly workload: Workload;
  /** Restores the latest backup when somebody asks for it. It refuses a database that is not empty, but for `--force`, which empties it in the same transaction. */
  readonly restore: Workload;
  /** Restores the latest into a scratch database: by its own schedule, or when somebody asks for it. */
  readonly drill: Workload;
  /** Where the backups are. */
  readonly volume: Volume;
  /** Whether each backup is copied elsewhere. */
  readonly isCopied: boolean;
  private readonly database: string;

  constructor(scope: Construct, id: string, props: BackupCronJobProps) {
    super(scope, id);
    const database = required(this, 'of', props.of, 'name the database to back up: of: db');
    const { schedule, keep = '30d', name = nameFor(database.database), storage, storageClass, deadline = '1h', drill, offsite, resources } = props;
    this.database = database.database;
    this.isCopied = offsite !== undefined;
    const days = attempt(this, 'keep', () => Duration.of(keep).inDays, 1);
    const limit = attempt(this, 'deadline', () => Duration.of(deadline), Duration.hours(1));
    this.volume = new Volume(this, 'files', { size: storage, storageClass });
    const scripts = new Config(this, 'scripts', { files: readScripts(), executable: true });

    const common = {
      image: offsite?.image ?? database.image,
      command: [`${SCRIPTS}/backup.sh`],
      env: {
        PGHOST: database.endpoint.host,
        PGPORT: database.endpoint.port,
        PGUSER: database.user,
        PGDATABASE: database.database,
        PGPASSWORD_FILE: `${SECRETS}/${database.password.name}`,
        BACKUP_DIR: BACKUPS,
        BACKUP_NAME: name,
        BACKUP_RETENTION_DAYS: days,
      },
      connects: [database.endpoint],
      mounts: [
        { volume: this.volume, path: BACKUPS },
        { config: scripts, path: SCRIPTS },
        { secret: database.password.secret, path: SECRETS, keys: [database.password.name] },
      ],
      // The server's own folder is a volume of its image: Docker would make an anonymous one of it.
      scratch: [{ path: '/tmp', size: '64Mi' }, ...(database.image.facts.folders ?? []).map(path => ({ path, size: '1Mi' as const }))],
      // A dump in progress removes its unfinished file when it is told to stop.
      stop: { grace: '30s' },
      resources,
      internet: offsite !== undefined,
    } as const;
    this.workload = new Workload(this, 'Default', { ...common, env: { ...common.env, ...(offsite ? { ...offsite.env, BACKUP_OFFSITE: offsite.program } : {}) }, args: ['backup'], runs: { kind: 'schedule', cron: schedule, deadline: limit } });
    this.restore = new Workload(this, 'restore', { ...common, args: ['restore', 'latest'], internet: false, runs: { kind: 'task' } });
    this.drill = new Workload(this, 'drill', { ...common, args: ['drill'], internet: false, runs: drill ? { kind: 'schedule', cron: drill, deadline: limit } : { kind: 'task' } });

    addRunbook(this, () => [this.runbook(database.endpoint.workload, days)]);
    addCheck(this, function* () {
      const engine: string | undefined = database.engine;
      if (engine !== 'postgres') {
        yield { code: 'backup-engine', what: `${database.database} is ${engine === undefined ? 'of an engine that it does not name' : `a database of ${engine}`}: pg_dump, which makes the backups, reads Postgres alone`, fix: "give it a Postgres; a construct of your own that runs one says so: readonly engine = 'postgres'" };
      }
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
        yield { code: 'backup-name', what: `'${name}' cannot begin the names of files`, fix: 'use letters, digits, dashes and underscores' };
      } else if (name.length > LONGEST_NAME) {
        yield { code: 'backup-name', what: `'${name}' is too long to begin the names of files (${name.length} characters)`, fix: `use at most ${LONGEST_NAME} characters` };
      }
      if (!Number.isInteger(days)) {
        yield { code: 'backup-keep', what: `backups are kept for ${days} days`, fix: "give whole days: keep: '30d'" };
      } else if (days > LONGEST_KEEP) {
        yield { code: 'backup-keep', what: `backups are kept for ${days} days`, fix: `give at most ${LONGEST_KEEP} days` };
      }
      if (limit.milliseconds < SHORTEST_RUN.milliseconds) {
        yield { code: 'backup-deadline', what: `a backup that takes longer than ${limit} is ended, so that there might never be one`, fix: `give it ${SHORTEST_RUN} at least: deadline: '1h'` };
      }
    });
  }

  private runbook(database: Workload, days: number): Runbook {
    const { workload, restore, drill } = this;
    const { runs } = workload.spec;
    const when = runs.kind === 'schedule' ? ` at \`${runs.cron.expression}\` ${runs.cron.timeZone}` : '';
    return {
      purpose: 'backup', title: `The database ${this.database}`, of: workload,
      content: [
        advice`A dump is made${when}, read back to its end, and kept for ${`${days}`} days; the last good one stays, however old.`,
        steps(
          [{ do: 'run', workload, as: 'backup-now' }, 'now'],
          [{ do: 'run', workload, args: ['list'], as: 'backup-list' }, 'what there is'],
          [{ do: 'run', workload, args: ['verify', 'latest'], as: 'backup-verify' }, 'reads the latest to its end'],
          [{ do: 'run', workload: drill, as: 'drill-1' }, 'restores the latest into a scratch database'],
        ),
        advice`${this.isCopied ? 'Each is copied elsewhere as well, by the program that the stack names.' : 'All are in one volume, and nowhere else: who loses its disk loses them too.'}`,
        advice`Where this volume is lost too, as on a new host, a copy from elsewhere is taken into it first. \`NAME\` is the file, called as it was when it was made. It is read to its end, and none that is here already is overwritten; a backup that is made before it is restored removes it again, where it is older than ${`${days}`} days. Restore it by its name, as \`latest\` is one that was made here since:`,
        steps(
          [{ do: 'run', workload, args: ['import', 'NAME'], input: 'NAME', as: 'import-1' }],
          [{ do: 'follow', run: 'import-1' }, 'it ends with "imported …"'],
        ),
        advice`Into an empty database, the latest is restored by ${{ do: 'run', workload: restore, as: 'restore-1' }}, which refuses any other. Over a database that is damaged, it takes \`--force\`: all that users made in it is removed, tables that the backup does not know too, and what the backup holds takes its place, as a whole or not at all. Stop whoever may be writing first, work by a schedule too; let them in again only when it has ended well:`,
        steps(
          [{ do: 'stop-callers', of: database, except: [workload, drill] }],
          [{ do: 'run', workload: restore, args: ['restore', 'latest', '--force'], as: 'restore-2' }],
          [{ do: 'follow', run: 'restore-2' }, 'once it runs; it ends with "restored …"'],
          [{ do: 'start-callers', of: database, except: [workload, drill] }, 'after the work of the release, where there is any: the backup may be older'],
        ),
        advice`In place of \`latest\`: a name from the list. When a run fails, its exit code says why: 4 the database is away or refuses the password, 6 the backup is damaged, 7 the disk is full, 8 the database is not empty, 9 rolled back, 75 another run is going on.`,
      ],
    };
  }
}

/** Copies of several databases may meet in one place elsewhere: no two of them have one name. */
function nameFor(database: string): string {
  const end = '_backup';
  const room = LONGEST_NAME - end.length;
  return `${database.length <= room ? database : `${database.slice(0, room - 9)}_${sha256(database).slice(0, 8)}`}${end}`;
}

function readScripts(): Record<string, string> {
  const folder = join(__dirname, 'scripts');
  return Object.fromEntries(readdirSync(folder).filter(file => file.endsWith('.sh')).sort().map(file => [file, readFileSync(join(folder, file), 'utf8')]));
}
