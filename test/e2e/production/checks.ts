import { expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { run } from '../support/shell';
import type { Site } from './site';

/** Other people's checkers on what was emitted. */
export function describeChecks(site: () => Site): void {
  test('`nginx -t` accepts the configuration and warns of nothing', async () => {
    const { code, stderr } = await site().stack.tryExec('nginx', 'nginx', '-t', '-q', '-e', 'stderr', '-c', '/etc/compose8s/nginx/nginx.conf');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('shellcheck, dash and busybox accept every emitted script', async () => {
    const scripts = await scriptsBelow(join(site().stack.folder, 'config'));
    expect(scripts.map(path => relative(site().stack.folder, path))).toEqual(expect.arrayContaining([
      'config/backup-schedule/run', 'config/backup-scripts/backup.sh', 'config/nginx-config/start.sh', 'config/redis-scripts/start', 'config/redis-scripts/health',
    ]));
    for (const script of scripts) {
      const checks = [['shellcheck', '--external-sources', '--shell=sh', script], ['dash', '-n', script], ['busybox', 'sh', '-n', script]];
      for (const [program, ...args] of checks) expect(await run(program!, args)).toEqual({ code: 0, stdout: '', stderr: '' });
    }
  });

  test('Postgres took every line of its configuration, and reports no error in it', async () => {
    expect(await site().stack.psql("SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL OR (NOT applied AND name NOT LIKE 'listen%')")).toBe('0\n');
    const settings = (await site().stack.psql("SELECT name || '=' || current_setting(name) FROM pg_settings WHERE name IN ('shared_buffers', 'work_mem', 'max_connections', 'data_checksums', 'random_page_cost') ORDER BY name")).trim().split('\n');
    expect(settings).toEqual(['data_checksums=on', 'max_connections=200', 'random_page_cost=1.1', 'shared_buffers=2GB', 'work_mem=50MB']);
  });
}

async function scriptsBelow(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder, { withFileTypes: true, recursive: true })).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  const marks = await Promise.all(files.map(async file => file.endsWith('.sh') || (await readFile(file, 'utf8')).startsWith('#!')));
  return files.filter((_, i) => marks[i]).sort();
}
