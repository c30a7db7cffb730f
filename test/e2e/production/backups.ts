import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { output, type Outcome } from '../support/shell';
import { passOver, until } from '../support/until';
import type { Site } from './site';

const NAME = /cedrus_backup_\d{8}_\d{6}\.sql\.gz$/gm;
/** As `backup.sh help` lists them. */
const EXIT = { unreachable: 4, damaged: 6, notEmpty: 8 };
const PARTIALS = '/backups/.cedrus_backup.partial.*';

export function describeBackups(site: () => Site): void {
  const backup = (...args: string[]) => site().stack.run('run', '--rm', '-T', 'backup', ...args);
  const shell = (script: string, ...args: string[]) => site().stack.exec('backup', 'sh', '-c', script, 'sh', ...args);
  const names = async () => (await backup('list')).stdout.match(NAME) ?? [];
  const lastSuccess = async () => Number(await shell('cat /backups/last_success'));

  let first: Outcome;

  beforeAll(async () => {
    // Production's own schedule is not to add one meanwhile.
    await passOver('01:50', '02:02');
    for (const title of ['Cone', 'Needle', 'Ring']) await site().ada.upload(title, Buffer.from(title));
    first = await backup('backup');
  }, 15 * 60_000);

  test('a backup by hand is verified, listed, and leaves the time of its success', async () => {
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/cedrus_backup_\d{8}_\d{6}\.sql\.gz: verified/) });
    expect(await names()).toHaveLength(1);
    expect(await backup('verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('good') });
    expect(Math.abs(Date.now() / 1000 - await lastSuccess())).toBeLessThan(60);
  });

  test('with the database down a backup fails aloud, and leaves neither a file nor a success', async () => {
    const [before, success] = [await names(), await lastSuccess()];
    const outcome = await site().without('postgres', () => site().stack.run('run', '--rm', '-T', '--no-deps', 'backup', 'backup'));
    expect(outcome).toMatchObject({ code: EXIT.unreachable, stderr: expect.stringContaining('database cedrus_prod at postgres:5432 cannot be reached') });
    expect([await names(), await lastSuccess()]).toEqual([before, success]);
  });

  test('`kill -9` in mid-backup leaves no file with a backup\'s name; the next run clears up and succeeds', async () => {
    const before = await names();
    const written = async () => Number(await shell(`cat ${PARTIALS} | wc -c`));
    // So much that the dump takes seconds.
    await site().stack.psql('CREATE TABLE ballast AS SELECT md5(i::text) || md5((i + 1)::text) || md5((i + 2)::text) AS line FROM generate_series(1, 1000000) AS i');
    try {
      const id = (await site().stack.compose('run', '--detach', 'backup', 'backup')).trim();
      await until('a part of the backup is written', async () => await written() > 100_000, { pause: 50 });
      await output('docker', ['kill', '--signal', 'KILL', id]);
      expect(await output('docker', ['wait', id])).toBe('137\n');
      await output('docker', ['rm', '--volumes', id]);
    } finally {
      await site().stack.psql('DROP TABLE ballast');
    }
    expect(await written()).toBeGreaterThan(100_000);
    expect(await names()).toEqual(before);
    expect(await backup('backup')).toMatchObject({ code: 0 });
    expect(await names()).toHaveLength(before.length + 1);
    expect(await shell(`ls ${PARTIALS} 2>/dev/null; true`)).toBe('');
  });

  test('a truncated backup is refused, with and without a sound gzip around it, and the database stays as it is', async () => {
    const count = await site().visitor.count();
    const [good] = await names();
    const damaged = 'cedrus_backup_20300101_000000.sql.gz';
    for (const damage of ['head -c $(($(stat -c %s "$1") / 2)) "$1" >"$2"', 'gzip -dc "$1" | head -n 200 | gzip >"$2"']) {
      await shell(`cd /backups; ${damage}`, good!, damaged);
      expect(await backup('verify', damaged)).toMatchObject({ code: EXIT.damaged, stderr: expect.stringContaining(`${damaged} is damaged`) });
      expect(await backup('restore', 'latest', '--force')).toMatchObject({ code: EXIT.damaged });
    }
    await shell('rm "/backups/$1"', damaged);
    expect(await site().visitor.count()).toBe(count);
  });

  test('a copy that was kept elsewhere comes back into the volume, and is a backup as before', async () => {
    const [name] = await names();
    const elsewhere = await mkdtemp(join(tmpdir(), 'backup-copy-'));
    try {
      const copy = join(elsewhere, name!);
      await site().stack.compose('cp', `backup:/backups/${name}`, copy);
      await shell('rm "/backups/$1" "/backups/$1.sha256"', name!);
      expect(await names()).not.toContain(name);
      expect(await site().stack.runFrom(copy, 'run', '--rm', '-T', 'backup', 'import', name!)).toMatchObject({ code: 0, stdout: expect.stringContaining(`imported ${name}: verified`) });
      expect(await backup('verify', name!)).toMatchObject({ code: 0, stdout: expect.stringContaining('good') });
      expect(await site().stack.runFrom(copy, 'run', '--rm', '-T', 'backup', 'import', name!)).toMatchObject({ code: 2, stderr: expect.stringContaining('already') });
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  test('a restore over a database that is not empty is refused', async () => {
    expect(await backup('restore', 'latest')).toMatchObject({ code: EXIT.notEmpty, stderr: expect.stringContaining('cedrus_prod is not empty') });
  });

  test('a restore into an emptied database brings every row back', async () => {
    await backup('backup');
    const documents = await site().visitor.documents();
    const rows = await countRows(site());
    expect(documents.map(({ title }) => title)).toEqual(expect.arrayContaining(['Cone', 'Needle', 'Ring']));

    const outcome = await site().without('web', async () => {
      await site().stack.psql('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      expect(await countRows(site())).toBe('');
      return site().stack.run('run', '--rm', '-T', 'backup-restore');
    });

    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('library_document') });
    expect(await countRows(site())).toBe(rows);
    expect(await site().visitor.documents()).toEqual(documents);
    expect(await site().ada.upload('Resin', Buffer.from('after the restore'))).toMatchObject({ status: 201 });
  });

  test('the drill passes, and leaves no database behind', async () => {
    expect(await site().stack.run('run', '--rm', '-T', 'backup-drill')).toMatchObject({ code: 0, stdout: expect.stringContaining('drill passed') });
    expect(await site().stack.psql("SELECT count(*) FROM pg_database WHERE datname LIKE 'drill%'")).toBe('0\n');
  });
}

/** Every table with the number of its rows. */
function countRows({ stack }: Site): Promise<string> {
  return stack.psql("SELECT relname, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, true, '')))[1] FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind = 'r' ORDER BY relname");
}
