import { Size, type Fault } from '../../lib/model';

/** The settings that are sized from the container's memory; sizes in binary units, as Postgres reads `2GB`. */
export interface MemorySettings {
  readonly shared_buffers: Size;
  readonly effective_cache_size: Size;
  readonly maintenance_work_mem: Size;
  readonly work_mem: Size;
  readonly max_connections: number;
}

export type SettingValue = string | number | boolean;
/** Lines of `postgresql.conf`, by name: `{ work_mem: '16MB' }`. */
export type Settings = Readonly<Record<string, SettingValue>>;

const UNITS = { kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 } as const;
const MEMORY = ['shared_buffers', 'effective_cache_size', 'maintenance_work_mem', 'work_mem'] as const;

/** Settings that the construct itself depends on, or the image. */
const OWN = ['port', 'config_file', 'data_directory', 'hba_file', 'unix_socket_directories'];

/** How many connections there may be; the server's own default where the setting makes no sense. */
export function connectionsOf(settings: Settings): number {
  const connections = Number(settings['max_connections']);
  return isConnections(connections) ? connections : 100;
}

function isConnections(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 10_000;
}

/** Shares of the limit, after the manual's chapter on resource consumption; what is left serves the connections. */
export function defaultsFor(limit: Size, maxConnections: number): MemorySettings {
  const sharedBuffers = limit.share(1 / 4);
  const maintenance = limit.share(1 / 16);
  const left = Math.max(0, limit.bytes - sharedBuffers.bytes - maintenance.bytes);
  return {
    shared_buffers: sharedBuffers,
    effective_cache_size: limit.share(3 / 4),
    maintenance_work_mem: maintenance,
    // Half of what is left: a query may use it several times, and in several processes, however few may connect.
    work_mem: Size.mebibytes(Math.max(1, Math.floor(left / 2 / Math.max(maxConnections, 10) / 2 ** 20))),
    max_connections: maxConnections,
  };
}

/**
 * The size of `/dev/shm`, where processes that work on one query share memory: as much as they may ask for at most, and room for
 * the rows that they exchange. shared_buffers are not in it. The limit counts of it what is used.
 */
export function sharedMemoryOf(settings: Settings, limit: Size): Size {
  const room = Math.min(Size.mebibytes(256).bytes, limit.share(1 / 8).bytes);
  const { maintenance, hash, most } = sharedMemoryNeeds(settings, limit);
  return Size.mebibytes(Math.ceil(Math.max(room, Math.min(room + maintenance + hash, most)) / 2 ** 20));
}

/**
 * VACUUM of several indexes by several processes keeps all dead rows there that maintenance_work_mem allows (parallel_vacuum_init of
 * the server), a hash join of several its table, to which each adds what it might have used alone (ExecChooseHashTableSize). The
 * sorts of a parallel CREATE INDEX are each process' own. Half of what shared_buffers leave is for what is not shared.
 */
function sharedMemoryNeeds(settings: Settings, limit: Size): { readonly maintenance: number; readonly hash: number; readonly most: number } {
  const bytes = (name: string) => parseMemory(settings[name])?.bytes ?? 0;
  const workers = numberOf(settings, 'max_parallel_workers_per_gather');
  return {
    maintenance: numberOf(settings, 'max_parallel_maintenance_workers') > 0 ? bytes('maintenance_work_mem') : 0,
    hash: workers > 0 ? bytes('work_mem') * numberOf(settings, 'hash_mem_multiplier') * (workers + 1) : 0,
    most: (limit.bytes - bytes('shared_buffers')) / 2,
  };
}

/** The server's own default of each of these is 2. */
function numberOf(settings: Settings, name: 'max_parallel_workers_per_gather' | 'max_parallel_maintenance_workers' | 'hash_mem_multiplier'): number {
  const value = Number(settings[name] ?? 2);
  return value >= 0 && value <= 1024 ? value : 2;
}

/** `2GB` as Postgres means it: 2 GiB. `undefined` for what is no memory value. */
export function parseMemory(value: SettingValue | undefined): Size | undefined {
  const [, amount, unit] = /^(\d+)\s*(kB|MB|GB|TB)$/.exec(String(value)) ?? [];
  return unit && Number(amount) > 0 ? Size.bytes(Number(amount) * UNITS[unit as keyof typeof UNITS]) : undefined;
}

export function printMemory(size: Size): string {
  const unit = (['TB', 'GB', 'MB'] as const).find(candidate => size.bytes % UNITS[candidate] === 0) ?? 'kB';
  return `${Math.floor(size.bytes / UNITS[unit])}${unit}`;
}

/** What is wrong with settings under a memory limit. `overcommit`: the user knows that the sum of the worst cases does not fit. */
export function* settingFaults(settings: Settings, limit: Size, overcommit: boolean): Iterable<Fault> {
  for (const [name, value] of Object.entries(settings)) {
    if (!/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/.test(name)) {
      yield { code: 'setting-name', what: `'${name}' cannot be a setting of Postgres`, fix: 'use the name in the manual: lower-case letters, digits and underscores' };
    }
    // eslint-disable-next-line no-control-regex -- exactly those are refused
    if (/[\u0000-\u001f]/.test(String(value))) {
      yield { code: 'setting-value', what: `the setting ${name} contains a control character`, fix: 'give a value of one line' };
    }
    if (OWN.includes(name)) {
      yield { code: 'setting-own', what: `${name} is not to be set: the construct depends on it`, fix: `leave ${name} out` };
    }
    // The server takes any beginning of these words.
    if ((name === 'fsync' || name === 'full_page_writes') && !/^(on|t(r(ue?)?)?|y(es?)?|1)$/i.test(String(value))) {
      yield { code: 'setting-unsafe', what: `${name} is off: a crash would destroy the data`, fix: `leave ${name} on; for speed without durability of the last moment use synchronous_commit = off` };
    }
    if (name === 'max_connections' && !isConnections(Number(value))) {
      yield { code: 'setting-connections', what: `max_connections is '${value}'`, fix: 'give a whole number from 1 to 10000' };
    }
    if ((MEMORY as readonly string[]).includes(name) && parseMemory(value) === undefined) {
      yield { code: 'setting-memory', what: `${name} is '${value}', which is no amount of memory`, fix: "write a whole number and kB, MB or GB: '512MB'" };
    }
  }
  const sharedBuffers = parseMemory(settings['shared_buffers']);
  if (sharedBuffers && sharedBuffers.bytes > limit.bytes) {
    yield { code: 'setting-over-limit', what: `shared_buffers (${sharedBuffers}) does not fit the memory limit (${limit})`, fix: 'raise resources.memory, or lower settings.shared_buffers' };
  } else if (sharedBuffers && !overcommit) {
    if (sharedBuffers.bytes > limit.bytes * 0.4) {
      yield { code: 'setting-over-share', what: `shared_buffers (${sharedBuffers}) takes more than 40 % of the memory limit (${limit}), which the page cache and the connections need too`, fix: 'raise resources.memory, lower settings.shared_buffers, or accept it: overcommit: true' };
    }
    const workMem = parseMemory(settings['work_mem']);
    const connections = connectionsOf(settings);
    if (workMem && sharedBuffers.bytes + workMem.bytes * connections > limit.bytes) {
      yield { code: 'setting-over-sum', what: `shared_buffers (${sharedBuffers}) and ${connections} connections with work_mem (${workMem}) each do not fit the memory limit (${limit})`, fix: 'lower max_connections or work_mem, raise resources.memory, or accept it: overcommit: true' };
    }
    const { maintenance, hash, most } = sharedMemoryNeeds(settings, limit);
    if (maintenance + hash > most) {
      yield { code: 'setting-over-shared', what: `a parallel VACUUM with maintenance_work_mem (${inMebibytes(maintenance)}) and a parallel hash join with work_mem (${inMebibytes(hash)} in all its processes) share more memory than half of what shared_buffers (${sharedBuffers}) leave of the limit (${limit})`, fix: 'lower maintenance_work_mem, work_mem or max_parallel_workers_per_gather, raise resources.memory, or accept it: overcommit: true' };
    }
  }
}

function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/** Extensions that work only if the server loads them when it starts: each says so in its manual. */
const PRELOADED = ['pg_stat_statements', 'pg_stat_kcache', 'pg_cron', 'pgaudit', 'timescaledb'];

/** Extensions that a script makes without an error, and whose first use then fails. */
export function* preloadFaults(name: string, script: string, settings: Settings): Iterable<Fault> {
  const loaded = String(settings['shared_preload_libraries'] ?? '').split(',').map(library => library.trim());
  for (const [, extension] of script.replaceAll(/--.*$/gm, '').matchAll(/\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)/gi)) {
    if (PRELOADED.includes(extension!) && !loaded.includes(extension!)) {
      const libraries = [...loaded.filter(Boolean), extension].join(',');
      yield { code: 'extension-preload', what: `${name} makes the extension ${extension}, which the server must load when it starts`, fix: `add it to the settings: shared_preload_libraries: '${libraries}'` };
    }
  }
}

/** The text of `postgresql.conf`. Every value is quoted: the server takes numbers, sizes and words alike that way, and reads backslashes as escapes. */
export function printSettings(settings: Settings): string {
  return Object.entries(settings).map(([name, value]) => `${name} = '${(typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)).replace(/['\\]/g, sign => sign + sign)}'\n`).join('');
}
