import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canCheck, missing } from '../support/here';
import { blocksOf } from './blocks';

const dockerfile = blocksOf('docs/how-to/backup-and-restore.md').find(({ language }) => language === 'dockerfile')!.text;
const [, hook] = /<<'EOF' \S+\n([\s\S]*?)^EOF$/m.exec(dockerfile)!;
const NAME = 'shop_backup_20250131_020000.sql.gz';

describe('the program that the how-to on backups shows for copies elsewhere', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'offsite-')); });
  afterEach(() => { rmSync(folder, { recursive: true }); });

  /** Into another folder in place of a storage provider. */
  const copy = (to: string) => {
    writeFileSync(join(folder, 'copy-away'), hook!);
    chmodSync(join(folder, 'copy-away'), 0o755);
    return spawnSync(join(folder, 'copy-away'), [join(folder, NAME)], {
      encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder, RCLONE_CONFIG_REMOTE_TYPE: 'local', REMOTE_PATH: to },
    });
  };
  const make = () => { for (const name of [NAME, `${NAME}.sha256`]) writeFileSync(join(folder, name), `content of ${name}`); };

  if (canCheck('that the program copies by rclone', missing('rclone'))) {
    test('copies a backup and its checksum', () => {
      make();
      expect(copy(join(folder, 'remote'))).toMatchObject({ status: 0 });
      expect(readdirSync(join(folder, 'remote')).sort()).toEqual([NAME, `${NAME}.sha256`]);
      expect(readFileSync(join(folder, 'remote', NAME), 'utf8')).toBe(`content of ${NAME}`);
    });

    test('fails where there is no place for them', () => {
      make();
      expect(copy('/dev/null/remote').status).not.toBe(0);
    });

    test('fails where there is nothing to copy', () => {
      expect(copy(join(folder, 'remote')).status).not.toBe(0);
    });
  }

  if (canCheck('that shellcheck finds nothing in the program', missing('shellcheck'))) {
    test('is a shell script that shellcheck finds nothing in', () => {
      expect(spawnSync('shellcheck', ['-'], { input: hook, encoding: 'utf8' }).stdout).toBe('');
    });
  }
});
