import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { which } from '../../support/here';

export const SCRIPTS = resolve(__dirname, '../../../constructs/backup/scripts');
export const PASSWORD = 'p:a\\ss $HOME "w0rd"';
export const END = '--\n-- PostgreSQL database dump complete\n--\n\n';
export const DUMP = `--\n-- PostgreSQL database dump\n--\n\n-- Name: a; Type: TABLE; Schema: public; Owner: u\nCREATE TABLE a ();\n\n${END}`;

export interface Shell { name: string; command: string[]; path: string }

/** The POSIX shells of this machine that differ, each with the tools that come with it in an image. */
export function shells(): { found: Shell[]; absent: string[] } {
  const found: Shell[] = [];
  const absent: string[] = [];
  for (const name of ['sh', 'dash']) {
    const file = which(name);
    if (file === '') absent.push(name);
    else if (!found.some((shell) => realpathSync(shell.command[0]!) === realpathSync(file))) {
      found.push({ name: `${name} (${realpathSync(file)})`, command: [file], path: '' });
    }
  }
  const busybox = which('busybox');
  if (busybox === '') absent.push('busybox sh');
  else found.push({ name: 'busybox sh, with its tools', command: [busybox, 'sh'], path: applets(busybox) });
  return { found, absent };
}

/** A folder of busybox' own tools, as an Alpine image has them. */
function applets(busybox: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'backup-applets-'));
  const names = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
  for (const name of names.filter((name) => !['sh', 'ash', 'busybox', '[', '[['].includes(name))) symlinkSync(busybox, join(folder, name));
  return folder;
}

/** Stand in for the programs that need a server. What they answer, and what they were asked, are files in $STUB. */
const STUBS = {
  pg_dump: `
    if [ "$*" = --version ]; then echo 'pg_dump (PostgreSQL) 16.10'; exit; fi
    echo "pg_dump $*" >>"$STUB/asked"
    cat "$STUB/dump.sql"
    if [ -e "$STUB/pause" ]; then : >"$STUB/paused"; while [ -e "$STUB/pause" ]; do sleep 0.05; done; fi
    [ ! -e "$STUB/pg_dump.error" ] || cat "$STUB/pg_dump.error" >&2
    exit "$(cat "$STUB/pg_dump.exit")"`,
  psql: `
    echo "psql $PGDATABASE $*" >>"$STUB/asked"
    [ -z "\${PGPASSFILE:-}" ] || { cat "$PGPASSFILE"; stat -c %a "$PGPASSFILE"; } >"$STUB/pgpass"
    [ ! -e "$STUB/down" ] || { echo 'psql: error: connection refused' >&2; exit 2; }
    case "$*" in
      *--single-transaction*)
        cat >"$STUB/restored.sql"
        before=; for word in "$@"; do [ "$before" != -f ] || [ "$word" = - ] || { cat "$word" >"$STUB/before.sql"; break; }; before=$word; done
        for last in "$@"; do :; done
        [ ! -s "$last" ] || { echo 'ERROR:  not read to its end' >&2; exit 3; }
        exit "$(cat "$STUB/restore.exit")" ;;
      *'WITH schemas'*) cat "$STUB/objects" ;;
      *'; Type: TABLE'*) cat "$STUB/tables" ;;
      *rolcreatedb*) cat "$STUB/grant" ;;
      *'SELECT datname'*) ;;
      *'DROP DATABASE'*) ;;
      *large*|*pg_stat_activity*) echo 0 ;;
      *server_version*) cat "$STUB/server" ;;
      *'SELECT '*) echo 1 ;;
      *) asked=$(cat); echo "$asked" >>"$STUB/asked"; case $asked in *'CREATE DATABASE'*) ;; *) echo '2 public.a' ;; esac ;;
    esac`,
};

export interface Run { code: number | null; output: string }

/** A folder for backups, stub programs, and the environment that the container has. */
export class Stage {
  private readonly root = mkdtempSync(join(tmpdir(), 'backup-stage-'));
  readonly dir = join(this.root, 'backups');
  readonly temporary = join(this.root, 'tmp');
  private readonly stub = join(this.root, 'stub');
  private readonly bin = join(this.root, 'bin');
  private readonly environment: Record<string, string>;

  constructor(private readonly shell: Shell) {
    for (const folder of [this.dir, this.temporary, this.stub, this.bin]) mkdirSync(folder);
    for (const [name, body] of Object.entries(STUBS)) this.program(name, body);
    this.tell({ 'dump.sql': DUMP, 'pg_dump.exit': '0', 'restore.exit': '0', objects: '0', tables: '', grant: '', server: '16', password: `${PASSWORD}\n` });
    this.environment = {
      PATH: [this.bin, shell.path, process.env['PATH']].filter(Boolean).join(':'),
      STUB: this.stub, TMPDIR: this.temporary, BACKUP_DIR: this.dir, BACKUP_NAME: 'shop',
      PGHOST: 'db', PGUSER: 'u', PGDATABASE: 'shop', PGPASSWORD_FILE: join(this.stub, 'password'),
    };
  }

  program(name: string, body: string): string {
    const file = join(this.bin, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  tell(answers: Record<string, string>) {
    for (const [name, text] of Object.entries(answers)) writeFileSync(join(this.stub, name), text);
  }

  forget(answer: string) { rmSync(join(this.stub, answer)); }
  knows(answer: string) { return existsSync(join(this.stub, answer)); }
  asked(name = 'asked') { return this.knows(name) ? readFileSync(join(this.stub, name), 'utf8') : ''; }

  run(args: string[] = [], environment: Record<string, string> = {}, input?: Buffer): Run {
    const [program, ...rest] = this.shell.command;
    const { status, stdout, stderr } = spawnSync(program!, [...rest, join(SCRIPTS, 'backup.sh'), ...args], {
      encoding: 'utf8', env: { ...this.environment, ...environment }, timeout: 20_000, input,
    });
    return { code: status, output: stdout + stderr };
  }

  /** A backup in a process group of its own, stopped in the middle of its dump. */
  async halfWay(): Promise<{ child: ChildProcess; ended: Promise<number | null> }> {
    this.tell({ pause: '' });
    const [program, ...rest] = this.shell.command;
    const child = spawn(program!, [...rest, join(SCRIPTS, 'backup.sh')], { env: this.environment, detached: true, stdio: 'ignore' });
    const ended = new Promise<number | null>((done) => child.on('exit', done));
    while (!this.knows('paused') && child.exitCode === null) await new Promise((done) => setTimeout(done, 20));
    this.forget('paused');
    return { child, ended };
  }

  files() { return readdirSync(this.dir).filter((name) => !/^\.(backup|drill)\.lock$/.test(name)).sort(); }
  backups() { return this.files().filter((name) => /^shop_\d{8}_\d{6}\.sql\.gz$/.test(name)); }
  path(name: string) { return join(this.dir, name); }
  read(name: string) { return readFileSync(this.path(name)); }

  /** Puts a backup into the folder, by default a good one. */
  put(name: string, content: Buffer = gzipSync(DUMP), checksum = createHash('sha256').update(content).digest('hex')) {
    writeFileSync(this.path(name), content);
    if (checksum !== '') writeFileSync(this.path(`${name}.sha256`), `${checksum}  ${name}\n`);
  }

  end() { rmSync(this.root, { recursive: true, force: true }); }
}

/** The name of a backup made so many days ago. */
export function named(days: number): string {
  const time = new Date(Date.now() - days * 86_400_000).toISOString();
  return `shop_${time.slice(0, 10).replaceAll('-', '')}_${time.slice(11, 19).replaceAll(':', '')}.sql.gz`;
}
