import { beforeAll, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { output } from '../support/shell';
import type { Site } from './site';

interface Value { readonly path: string; readonly spellings: readonly string[] }

export function describeSecrecy(site: () => Site): void {
  let values: readonly Value[];
  beforeAll(async () => { values = await valuesIn(site().stack.secrets); });

  /** The secrets whose value is in a text, raw or in an encoding. */
  const shownBy = (text: string) => values.filter(({ spellings }) => spellings.some(spelling => text.includes(spelling))).map(({ path }) => path);

  test('there are secrets to look for', () => expect(values.map(({ path }) => path)).toEqual([
    'django/secret-key', 'nginx-certificate/tls.key', 'postgres-credentials/password', 'redis-credentials/password',
  ]));

  test('`docker inspect` shows no value, of any service', async () => {
    for (const [service, container] of await site().stack.containers()) expect([service, shownBy(JSON.stringify(container))]).toEqual([service, []]);
  });

  test('no image, log, command line or emitted file holds a value', async () => {
    const { stack } = site();
    const images = [...new Set([...(await stack.containers()).values()].map(({ Image }) => Image))];
    expect(shownBy(await output('docker', ['image', 'inspect', ...images]))).toEqual([]);
    for (const image of images) expect(shownBy(await output('docker', ['history', '--no-trunc', image]))).toEqual([]);
    const logs = await stack.compose('logs', '--no-color');
    expect(logs.length).toBeGreaterThan(1000);
    expect(shownBy(logs)).toEqual([]);
    for (const service of await stack.running()) expect([service, shownBy(await stack.exec(service, 'sh', '-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null; true'))]).toEqual([service, []]);
    for (const file of await filesBelow(stack.folder)) expect([file, shownBy(await readFile(file, 'utf8'))]).toEqual([file, []]);
  });
}

async function valuesIn(folder: string): Promise<readonly Value[]> {
  const files = (await filesBelow(folder)).map(file => relative(folder, file)).filter(file => file.includes('/') && !file.endsWith('.crt')).sort();
  return Promise.all(files.map(async path => {
    const text = (await readFile(join(folder, path), 'utf8')).trim();
    // Of a key in PEM format, a line in the middle: it may be shown with other line breaks.
    const value = text.startsWith('-----BEGIN') ? text.split('\n')[1]! : text;
    return { path, spellings: [value, Buffer.from(value).toString('base64').replace(/=+$/, ''), encodeURIComponent(value)] };
  }));
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { withFileTypes: true, recursive: true })).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
}
