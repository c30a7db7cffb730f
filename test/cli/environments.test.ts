import { expect, test } from '@jest/globals';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compose8s, eachInFolderOfItsOwn } from './run-command';

eachInFolderOfItsOwn();

test('the folder with the secrets of one environment is refused to another', async () => {
  const folder = join(process.cwd(), 'one-for-all');
  await compose8s(`secrets init shop/dev --secrets-dir ${folder}`);
  const before = readFileSync(join(folder, '.env'), 'utf8');
  for (const command of ['secrets init', 'secrets check', 'secrets kubernetes']) {
    expect(await compose8s(`${command} shop/prod --secrets-dir ${folder}`)).toEqual({
      code: 2, stdout: '',
      stderr: '✖ one-for-all holds the secrets of shop/dev, and shop/prod is to have its own\n  fix: name another folder; if the stack was called shop/dev before, remove one-for-all/.env, which is derived anew\n',
    });
  }
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
});

test('a folder whose stack has another name now is taken over', async () => {
  const folder = join(process.cwd(), 'one-for-all');
  await compose8s(`secrets init shop/dev --secrets-dir ${folder}`);
  rmSync(join(folder, '.env'));
  expect(await compose8s(`secrets check shop/prod --secrets-dir ${folder}`)).toMatchObject({ code: 1, stdout: expect.stringContaining('Compose reads the values from this file') });
  await compose8s(`secrets init shop/prod --secrets-dir ${folder}`);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toMatch(/^# shop\/prod: derived/);
});
