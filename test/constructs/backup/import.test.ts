import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { canCheck, missing } from '../../support/here';
import { DUMP, shells, Stage } from './stage';

jest.setTimeout(30_000);
const { found, absent } = shells();
afterAll(() => { for (const { path } of found) if (path !== '') rmSync(path, { recursive: true }); });
canCheck('the import of backups under every shell', absent);
const canRun = canCheck('what the import of backups does', missing('flock', 'gzip', 'sha256sum', 'mkfifo'));

const name = 'shop_20240101_000000.sql.gz';
const good = gzipSync(DUMP.repeat(100));
const damages: readonly (readonly [string, Buffer])[] = [
  ['truncated', good.subarray(0, good.length / 2)],
  ['without its last byte', good.subarray(0, -1)],
  ['without an end marker', gzipSync('CREATE TABLE a ();\n')],
  ['an empty file', Buffer.from('')],
  ['not gzip', Buffer.from(DUMP)],
];

for (const shell of canRun ? found : []) describe(`the import of backups under ${shell.name}`, () => {
  let stage: Stage;
  beforeEach(() => { stage = new Stage(shell); });
  afterEach(() => stage.end());

  const expectNothingLeft = () => {
    expect(stage.files()).toEqual([]);
    expect(readdirSync(stage.temporary)).toEqual([]);
  };

  const bring = (input: Buffer, file = name) => stage.run(['import', file], {}, input);

  test('makes a backup of what it reads, as one that was made here', () => {
    expect(bring(good)).toMatchObject({ code: 0, output: expect.stringContaining(`INFO  import: imported ${name}: verified`) });
    expect(stage.files()).toEqual([name, `${name}.sha256`]);
    expect(stage.read(name)).toEqual(good);
    expect(stage.read(`${name}.sha256`).toString()).toBe(`${createHash('sha256').update(good).digest('hex')}  ${name}\n`);
    expect(statSync(stage.path(name)).mode & 0o777).toBe(0o600);
    expect(stage.run(['restore', name]).code).toBe(0);
  });

  test.each(damages)('%s: exit 6, and nothing is left', (_what, content) => {
    expect(bring(content)).toMatchObject({ code: 6, output: expect.stringContaining('is damaged, and was not kept') });
    expectNothingLeft();
  });

  test.each(['', 'latest', 'other_20240101_000000.sql.gz', 'shop_20240101.sql.gz', 'shop_20240101_000000.sql', `../${name}`, `/backups/${name}`, `${name}.sha256`, `${name} ${name}`])('%p is no name that a backup has here: exit 2', file => {
    expect(bring(good, file).code).toBe(2);
    expectNothingLeft();
  });

  test('never overwrites: exit 2', () => {
    stage.put(name);
    const before = stage.read(name);
    expect(bring(good)).toMatchObject({ code: 2, output: expect.stringContaining('already') });
    expect(stage.read(name)).toEqual(before);
  });

  test('does not follow a link of that name', () => {
    symlinkSync('/no/such/file', stage.path(name));
    expect(bring(good).code).toBe(2);
  });

  test('disk full has its own exit code', () => {
    stage.program('cat', "echo 'cat: write error: No space left on device' >&2; exit 1");
    expect(bring(good)).toMatchObject({ code: 7, output: expect.stringContaining('is full') });
    expectNothingLeft();
  });

  test('waits for no backup that is being made: exit 75', async () => {
    const { child, ended } = await stage.halfWay();
    expect(bring(good).code).toBe(75);
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
  });
});
