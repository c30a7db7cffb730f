import { expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { output } from '../support/shell';
import type { RunningStack } from '../support/stack';

const OWN = ['auth/jwt-secret', 'auth/nextauth-secret', 'postgres-credentials/password', 'redis-credentials/password'];

export function describeSecrets(stack: () => RunningStack, image: string): void {
  const values = () => Promise.all(OWN.map(async path => (await readFile(join(stack().secrets, path), 'utf8')).trim()));

  test('the password has at least 32 characters, the keys have 64 hexadecimal digits each, and none is another', async () => {
    const [jwt, nextAuth, postgres, redis] = await values();
    for (const key of [jwt, nextAuth]) expect(key).toMatch(/^[0-9a-f]{64}$/);
    for (const password of [postgres, redis]) expect(password).toMatch(/^[\w-]{32,}$/);
    expect(new Set(await values()).size).toBe(OWN.length);
  });

  test('no value is in the image, in a layer of it, in an emitted file or in a log', async () => {
    const texts = new Map([
      ['the image', await output('docker', ['image', 'inspect', image])],
      ['its layers', await output('docker', ['history', '--no-trunc', image])],
      ['the logs', await stack().compose('logs', '--no-color')],
    ]);
    const files = (await readdir(stack().folder, { withFileTypes: true, recursive: true })).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
    for (const file of files) texts.set(relative(stack().folder, file), await readFile(file, 'utf8'));
    expect(texts.size).toBeGreaterThan(50);
    const spellings = (await values()).flatMap(value => [value, Buffer.from(value).toString('base64').replace(/=+$/, '')]);
    expect([...texts].filter(([, text]) => spellings.some(spelling => text.includes(spelling))).map(([name]) => name)).toEqual([]);
  });
}
