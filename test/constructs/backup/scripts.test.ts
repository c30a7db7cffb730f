import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { canCheck, missing } from '../../support/here';
import { DUMP, END, named, PASSWORD, SCRIPTS, shells, Stage } from './stage';

jest.setTimeout(30_000);
const { found, absent } = shells();
afterAll(() => { for (const { path } of found) if (path !== '') rmSync(path, { recursive: true }); });
canCheck('the backup scripts under every shell', absent);
const canRun = canCheck('what the backup scripts do', missing('flock', 'gzip', 'sha256sum', 'mkfifo'));

const scripts = readdirSync(SCRIPTS).filter((name) => name.endsWith('.sh'));
if (canCheck('shellcheck finds nothing', missing('shellcheck'))) {
  test('shellcheck finds nothing', () => {
    expect(spawnSync('shellcheck', ['-x', ...scripts], { cwd: SCRIPTS, encoding: 'utf8' }).stdout).toBe('');
  });
}

for (const shell of canRun ? found : []) describe(`backup scripts under ${shell.name}`, () => {
  let stage: Stage;
  beforeEach(() => { stage = new Stage(shell); });
  afterEach(() => stage.end());

  /** After a failure: nothing bears a backup's name, nothing temporary stays, monitoring is told nothing. */
  const expectNothingLeft = () => {
    expect(stage.files()).toEqual([]);
    expect(readdirSync(stage.temporary)).toEqual([]);
  };

  describe('backup', () => {
    test('makes a file that its owner alone can read, with its checksum beside it', () => {
      expect(stage.run()).toMatchObject({ code: 0 });
      const [name] = stage.backups();
      expect(stage.files()).toEqual(['backup.prom', 'last_success', name, `${name}.sha256`]);
      expect(gunzipSync(stage.read(name!)).toString()).toBe(DUMP);
      expect(stage.read(`${name}.sha256`).toString()).toBe(`${createHash('sha256').update(stage.read(name!)).digest('hex')}  ${name}\n`);
      expect(statSync(stage.path(name!)).mode & 0o777).toBe(0o600);
      expect(stage.asked()).toContain('pg_dump --clean --if-exists');
      expect(readdirSync(stage.temporary)).toEqual([]);
    });

    test('tells monitoring, and a person', () => {
      const { output } = stage.run(['backup']);
      const now = Date.now() / 1000;
      const success = Number(stage.read('last_success').toString());
      expect(Math.abs(now - success)).toBeLessThan(10);
      const [name] = stage.backups();
      const metrics = stage.read('backup.prom').toString();
      expect(metrics.match(/^[^#].*$/gm)).toEqual([
        `backup_last_success_timestamp_seconds ${success}`, `backup_last_size_bytes ${stage.read(name!).length}`,
        expect.stringMatching(/^backup_last_duration_seconds \d+$/), 'backup_files 1',
      ]);
      expect(metrics.endsWith('\n')).toBe(true);
      expect(statSync(stage.path('backup.prom')).mode & 0o777).toBe(0o644);
      expect(output).toMatch(new RegExp(`INFO {2}backup: summary: 1 backups, \\d+ B in all, latest ${name}`));
      for (const line of output.trim().split('\n')) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (INFO |WARN |ERROR) backup: /);
    });

    test('accepts the \\unrestrict that newer pg_dump writes after the end marker', () => {
      stage.tell({ 'dump.sql': `\\restrict abc\n${DUMP}\\unrestrict abc\n\n` });
      expect(stage.run()).toMatchObject({ code: 0 });
    });

    test('warns when pg_dump is not of the version of the server', () => {
      expect(stage.run().output).not.toContain('WARN');
      stage.tell({ server: '15' });
      expect(stage.run()).toMatchObject({ code: 0, output: expect.stringMatching(/WARN {2}backup: pg_dump is of version 16, the server of 15/) });
    });

    test('two in one second do not meet in one name', () => {
      expect([stage.run().code, stage.run().code]).toEqual([0, 0]);
      expect(stage.backups()).toHaveLength(2);
    });

    const failures: [string, number, Record<string, string>][] = [
      ['pg_dump fails in the middle', 5, { 'dump.sql': DUMP.slice(0, 50), 'pg_dump.exit': '1' }],
      ['pg_dump fails at its very end', 5, { 'pg_dump.exit': '1' }],
      ['pg_dump succeeds without an end marker', 6, { 'dump.sql': DUMP.slice(0, -END.length) }],
      ['pg_dump succeeds with nothing', 6, { 'dump.sql': '' }],
      ['the end marker is followed by more', 6, { 'dump.sql': `${DUMP}COPY more` }],
      ['the database is down', 4, { down: '' }],
    ];
    test.each(failures)('%s: exit %d, and nothing is left', (_what, code, answers) => {
      stage.tell(answers);
      expect(stage.run()).toMatchObject({ code });
      expectNothingLeft();
    });

    test('disk full has its own exit code', () => {
      stage.program('gzip', "cat >/dev/null; echo 'gzip: write error: No space left on device' >&2; exit 1");
      expect(stage.run()).toMatchObject({ code: 7, output: expect.stringContaining('is full') });
      expectNothingLeft();
    });

    test('half-way, the dump bears no backup name, and a second run exits 75', async () => {
      const { child, ended } = await stage.halfWay();
      expect(stage.files()).toEqual([expect.stringMatching(/^\.shop\.partial\.\w+$/)]);
      expect(stage.run()).toMatchObject({ code: 75 });
      expect(stage.run(['restore', 'latest']).code).toBe(12);
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
    });

    test('kill -9 leaves a temporary file that the next run removes', async () => {
      const { child, ended } = await stage.halfWay();
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
      stage.forget('pause');
      expect(stage.backups()).toEqual([]);
      expect(stage.run()).toMatchObject({ code: 0, output: expect.stringContaining('cut short') });
      expect(stage.files()).toEqual(['backup.prom', 'last_success', ...stage.backups().flatMap((name) => [name, `${name}.sha256`])]);
    });

    const signals: [NodeJS.Signals, number][] = [['SIGTERM', 143], ['SIGINT', 130], ['SIGHUP', 129]];
    test.each(signals)('%s ends it at once, exit %d, and nothing is left', async (signal, code) => {
      const { child, ended } = await stage.halfWay();
      child.kill(signal);
      expect(await ended).toBe(code);
      expectNothingLeft();
      stage.forget('pause');
      // The stub that was told to end may need a moment; it holds the lock until then.
      let again = stage.run();
      for (let tries = 0; again.code === 75 && tries < 20; tries++) again = stage.run();
      expect(again.code).toBe(0);
    });

    test('the password is on no command line and in no output', () => {
      const { output } = stage.run();
      expect(output + stage.asked()).not.toContain('w0rd');
      expect(stage.asked('pgpass')).toBe(`*:*:*:*:${PASSWORD.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}\n600\n`);
    });
  });

  describe('off-site hook', () => {
    test('is given the path of the backup, and not the password', () => {
      const hook = stage.program('hook', 'echo "$1 ${PGPASSFILE:-}${PGPASSWORD_FILE:-}" >"$STUB/hooked"');
      expect(stage.run([], { BACKUP_OFFSITE: hook })).toMatchObject({ code: 0, output: expect.stringContaining('copied off-site') });
      expect(stage.asked('hooked')).toBe(`${stage.path(stage.backups()[0]!)} \n`);
    });

    test('one that succeeds tells monitoring, and a later one that fails leaves that as it is', () => {
      expect(stage.run([], { BACKUP_OFFSITE: stage.program('hook', '') }).code).toBe(0);
      const copied = stage.read('offsite.prom').toString();
      const [, time] = /^backup_offsite_last_success_timestamp_seconds (\d+)\n$/m.exec(copied)!;
      expect(Math.abs(Date.now() / 1000 - Number(time))).toBeLessThan(10);
      expect(statSync(stage.path('offsite.prom')).mode & 0o777).toBe(0o644);
      expect(stage.run([], { BACKUP_OFFSITE: stage.program('hook', 'sleep 1; exit 1') }).code).toBe(11);
      expect(stage.read('offsite.prom').toString()).toBe(copied);
    });

    test.each([['that fails', 'exit 3'], ['that is missing', '']])('one %s: exit 11, loud, and the local backup is good', (_what, body) => {
      const hook = body === '' ? '/no/such/hook' : stage.program('hook', body);
      expect(stage.run([], { BACKUP_OFFSITE: hook })).toMatchObject({ code: 11, output: expect.stringContaining('ERROR backup: off-site copy failed') });
      expect(stage.run(['verify']).code).toBe(0);
      expect(stage.files()).toContain('last_success');
      expect(stage.files()).not.toContain('offsite.prom');
    });
  });

  describe('prune', () => {
    const others = ['shop_old.sql.gz', 'shop_2020_1.sql.gz', 'other_20200101_000000.sql.gz', 'shop_20200101_000000.sql.gz.keep', 'shop_20200101_000000.sql'];

    test('removes what is too old, with its checksum, and nothing else', () => {
      const kept = [named(29), named(1)];
      for (const name of [named(100), named(31), ...kept]) stage.put(name);
      for (const name of others) stage.put(name, Buffer.from('x'), '');
      expect(stage.run(['prune'])).toMatchObject({ code: 0 });
      expect(stage.backups()).toEqual(kept);
      expect(stage.files()).toEqual([...others, ...kept.flatMap((name) => [name, `${name}.sha256`])].sort());
    });

    test('tells monitoring how many are left', () => {
      stage.run();
      stage.put(named(300));
      expect(stage.run(['prune']).code).toBe(0);
      expect(stage.read('backup.prom').toString()).toMatch(/backup_last_size_bytes \d+\n[^]*backup_files 1\n$/);
    });

    test('BACKUP_RETENTION_DAYS decides', () => {
      for (const days of [9, 7, 1]) stage.put(named(days));
      expect(stage.run(['prune'], { BACKUP_RETENTION_DAYS: '8' }).code).toBe(0);
      expect(stage.backups()).toHaveLength(2);
    });

    test('never removes the newest, however old', () => {
      const newest = named(300);
      for (const name of [named(400), newest]) stage.put(name);
      expect(stage.run(['prune']).code).toBe(0);
      expect(stage.backups()).toEqual([newest]);
    });

    test('removes nothing when the newest is damaged', () => {
      stage.put(named(300));
      stage.put(named(1), Buffer.from('damaged'), '');
      expect(stage.run(['prune']).code).toBe(6);
      expect(stage.backups()).toHaveLength(2);
    });

    test('happens after a backup that succeeded, and not after one that failed', () => {
      const old = named(300);
      stage.put(old);
      stage.tell({ 'pg_dump.exit': '1' });
      expect(stage.run().code).toBe(5);
      expect(stage.backups()).toEqual([old]);
      stage.tell({ 'pg_dump.exit': '0' });
      expect(stage.run().code).toBe(0);
      expect(stage.backups()).toHaveLength(1);
      expect(stage.backups()).not.toContain(old);
    });
  });

  const name = 'shop_20240101_000000.sql.gz';
  const good = gzipSync(DUMP.repeat(100));
  const damages: [string, Buffer, string | undefined][] = [
    ['truncated', good.subarray(0, good.length / 2), ''],
    ['without its last byte', good.subarray(0, -1), ''],
    ['without an end marker', gzipSync('CREATE TABLE a ();\n'), undefined],
    ['the empty archive of a failed pipe', gzipSync(''), undefined],
    ['an empty file', Buffer.from(''), undefined],
    ['not gzip', Buffer.from(DUMP), undefined],
    ['good, but of another checksum', good, '0'.repeat(64)],
  ];

  describe('verify', () => {
    test.each([[[]], [['latest']], [[name]]])('accepts a good backup: %j', (args) => {
      stage.put(name);
      expect(stage.run(['verify', ...args])).toMatchObject({ code: 0, output: expect.stringContaining(`${name}: good`) });
    });

    test('without a checksum it says so', () => {
      stage.put(name, good, '');
      expect(stage.run(['verify'])).toMatchObject({ code: 0, output: expect.stringContaining('WARN  verify') });
    });

    test.each(damages)('%s: exit 6', (_what, content, checksum) => {
      stage.put(name, content, checksum);
      expect(stage.run(['verify'])).toMatchObject({ code: 6 });
    });

    test('nothing there: exit 12', () => expect(stage.run(['verify']).code).toBe(12));
  });

  describe('restore', () => {
    test('in one transaction, stopping at the first error, and counts what is there', () => {
      stage.put(name);
      expect(stage.run(['restore', 'latest'])).toMatchObject({ code: 0, output: expect.stringContaining('1 tables, 2 rows') });
      expect(stage.asked()).toMatch(/psql shop -X .*ON_ERROR_STOP=1 .*--single-transaction/);
      expect(stage.asked('restored.sql')).toBe(DUMP);
    });

    test('refuses a database that is not empty, but for --force', () => {
      stage.put(name);
      stage.tell({ objects: '3' });
      expect(stage.run(['restore', name])).toMatchObject({ code: 8 });
      expect(stage.knows('restored.sql')).toBe(false);
      expect(stage.run(['restore', '--force', name])).toMatchObject({ code: 0 });
    });

    test('--force empties the database first, and names the tables that the backup does not know', () => {
      stage.put(name);
      const heading = (table: string) => `-- Name: ${table}; Type: TABLE; Schema: public; Owner: \n`;
      stage.tell({ objects: '3', tables: heading('a') + heading('later') });
      const { output } = stage.run(['restore', '--force', name]);
      expect(output).toContain('WARN  restore: --force: the 3 objects in shop (tables, views, types, functions, schemas) make way for those of the backup\n');
      expect(output.match(/not in the backup.*/g)).toEqual(['not in the backup, and gone after it: the table later']);
      expect(stage.asked('before.sql')).toContain("EXECUTE format('DROP SCHEMA %I CASCADE', one.nspname)");
    });

    test('into an empty database nothing is dropped before, and --force changes nothing', () => {
      stage.put(name);
      expect(stage.run(['restore', '--force', name])).toMatchObject({ code: 0, output: expect.not.stringContaining('--force') });
      expect(stage.asked('before.sql')).toBe('');
    });

    test('leaves out the views that pg_dump only puts there to drop others, and nothing of the data', () => {
      const standIn = 'CREATE OR REPLACE VIEW public.v AS\nSELECT\n    NULL::public.state AS s;\n';
      const drops = 'DROP VIEW IF EXISTS public.v;\n';
      const rest = `-- Name: v; Type: VIEW; Schema: public; Owner: u\nCOPY a FROM stdin;\n${standIn}\\.\n${DUMP}`;
      stage.put(name, gzipSync(`SET x;\n${standIn}${drops}${rest}`));
      expect(stage.run(['restore', name])).toMatchObject({ code: 0 });
      expect(stage.asked('restored.sql')).toBe(`SET x;\n${drops}${rest}`);
    });

    test.each(damages)('%s: exit 6, and the database is not touched', (_what, content, checksum) => {
      stage.put(name, content, checksum);
      expect(stage.run(['restore', 'latest', '--force'])).toMatchObject({ code: 6 });
      expect(stage.asked()).toBe('');
    });

    test('a read error after the check does not become a commit', () => {
      stage.put(name);
      const gzip = spawnSync('sh', ['-c', 'command -v gzip'], { encoding: 'utf8' }).stdout.trim();
      stage.program('gzip', `if [ -e "$STUB/second" ]; then '${gzip}' "$@" | head -n 4; exit 1; fi; : >"$STUB/second"; exec '${gzip}' "$@"`);
      expect(stage.run(['restore', 'latest'])).toMatchObject({ code: 9 });
      expect(stage.asked('restored.sql')).not.toBe(DUMP);
    });

    test('a failing statement: exit 9', () => {
      stage.put(name);
      stage.tell({ 'restore.exit': '3' });
      expect(stage.run(['restore', 'latest'])).toMatchObject({ code: 9, output: expect.stringContaining('rolled back') });
    });

    test.each([[['../x.sql.gz']], [['/etc/passwd']], [['sub/x.sql.gz']], [['.x.sql.gz']], [['passwd']], [['']], [[]], [['latest', 'latest']], [['--all']]])(
      'refuses %j: exit 2', (args) => {
        stage.put(name);
        expect(stage.run(['restore', ...args]).code).toBe(2);
        expect(stage.asked()).toBe('');
      });

    test('refuses a link that leads out of the folder', () => {
      symlinkSync('/etc/passwd', stage.path(name));
      expect(stage.run(['restore', name]).code).toBe(2);
    });
  });

  describe('drill', () => {
    test('restores into a database of its own and drops it', () => {
      stage.put(name);
      expect(stage.run(['drill'])).toMatchObject({ code: 0, output: expect.stringContaining('drill passed') });
      expect(stage.asked()).toMatch(/psql drill_shop_\d{8}_\d{6} .*--single-transaction/);
      expect(stage.asked()).toMatch(/psql shop .*DROP DATABASE IF EXISTS "drill_shop_\d{8}_\d{6}"/);
      expect(stage.asked()).not.toMatch(/psql shop .*--single-transaction/);
    });

    test('tells monitoring when it passes, and only then', () => {
      stage.put(name);
      stage.tell({ 'restore.exit': '3' });
      expect(stage.run(['drill']).code).toBe(10);
      expect(stage.files()).toEqual([name, `${name}.sha256`]);
      stage.tell({ 'restore.exit': '0' });
      expect(stage.run(['drill']).code).toBe(0);
      expect(stage.read('drill.prom').toString()).toMatch(/^# HELP .*\n# TYPE backup_drill_last_success_timestamp_seconds gauge\nbackup_drill_last_success_timestamp_seconds \d+\n$/);
    });

    test('drops it when the restore fails too: exit 10', () => {
      stage.put(name);
      stage.tell({ 'restore.exit': '3' });
      expect(stage.run(['drill'])).toMatchObject({ code: 10 });
      expect(stage.asked()).toContain('DROP DATABASE');
    });

    test('a table that did not arrive: exit 10', () => {
      stage.put(name, gzipSync(`-- Name: b; Type: TABLE; Schema: public; Owner: u\n${DUMP}`));
      expect(stage.run(['drill'])).toMatchObject({ code: 10, output: expect.stringContaining('holds 2 tables, but 1 were restored') });
    });

    test('without CREATEDB it says what to grant: exit 10', () => {
      stage.put(name);
      stage.tell({ grant: 'ALTER ROLE u CREATEDB;\n' });
      expect(stage.run(['drill'])).toMatchObject({ code: 10, output: expect.stringContaining('ALTER ROLE u CREATEDB;') });
    });
  });

  const configurations: Record<string, string>[] = [
    { BACKUP_DIR: '/no/such/folder' }, { BACKUP_DIR: 'relative' }, { BACKUP_NAME: '../x' }, { BACKUP_NAME: '.x' }, { BACKUP_NAME: 'x'.repeat(41) },
    { BACKUP_RETENTION_DAYS: '0' }, { BACKUP_RETENTION_DAYS: '30d' }, { BACKUP_RETENTION_DAYS: '-1' }, { BACKUP_RETENTION_DAYS: '08' },
    { PGHOST: '' }, { PGUSER: '' }, { PGDATABASE: '' }, { PGPASSWORD_FILE: '/no/such/file' },
    { PGPASSWORD_FILE: '/dev/null' }, { PGDATABASE: 'postgres://u:w0rd@db/shop' }, { TMPDIR: '/no/such/folder' },
  ];
  test.each(configurations)('configuration %j: exit 3', (environment) => {
    const { code, output } = stage.run([], environment);
    expect(code).toBe(3);
    expect(output).not.toContain('w0rd');
    expectNothingLeft();
  });

  test('takes a name as long as the construct lets it be', () => {
    expect(stage.run([], { BACKUP_NAME: 'x'.repeat(40) })).toMatchObject({ code: 0 });
  });

  test('list shows sizes, names and the summary', () => {
    stage.put(name);
    expect(stage.run(['list'])).toEqual({ code: 0, output: expect.stringMatching(new RegExp(`^ +\\d+  ${name}\n.* summary: 1 backups`)) });
  });

  test.each([[['dance']], [['backup', 'x']], [['prune', 'x']], [['list', 'x']], [['drill', 'x']], [['import']], [['import', 'x', 'y']], [['verify', 'a.sql.gz', 'b']]])('usage %j: exit 2', (args) => {
    expect(stage.run(args).code).toBe(2);
  });

  test('help names every exit code, and needs no configuration', () => {
    const { code, output } = stage.run(['help'], { BACKUP_DIR: '/no/such/folder' });
    expect(code).toBe(0);
    const codes = [...readFileSync(`${SCRIPTS}/common.sh`, 'utf8').matchAll(/^EXIT_\w+=(\d+)$/gm)].map(([, number]) => number!);
    expect(codes).toHaveLength(14);
    for (const number of codes) expect(output).toMatch(new RegExp(`^ +${number}  \\S`, 'm'));
  });
});
