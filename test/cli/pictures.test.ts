import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Compose } from '../../lib';
import { cleanUp, shop, temporaryFolder } from '../support/secrets';
import { compose8s } from './run-command';

const home = process.cwd();
beforeEach(() => process.chdir(temporaryFolder()));
afterEach(() => {
  process.chdir(home);
  cleanUp();
});
const one = () => shop({ targets: [new Compose()] });

test.each([
  ['mermaid', /^%% shop\/dev\nflowchart TB\n/], ['svg', /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/], ['html', /^<!doctype html>\n<html lang="en">/],
])('graph prints %s', async (format, expected) => {
  expect(await compose8s(`graph shop/dev --format ${format}`, one)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(expected) });
});

test('a page does not make its picture smaller', async () => {
  const { stdout } = await compose8s('graph shop/dev --format html', one);
  expect(stdout).toMatch(/<figure><svg [^]*<\/svg>\n<\/figure>/);
  expect(/<style>body (.*)<\/style>/.exec(stdout)![1]).toMatch(/figure \{[^}]*overflow: auto[^}]*\} svg \{[^}]*max-width: none/);
});

test('the only stack need not be named, one of several must', async () => {
  expect(await compose8s('graph', one)).toMatchObject({ code: 0 });
  expect(await compose8s('graph')).toEqual({ code: 2, stdout: '', stderr: '✖ which stack?\n  fix: name one of: shop/dev, shop/prod\n' });
});

test('explore writes one page and says where', async () => {
  const { code, stdout } = await compose8s('explore --output shop.html', one);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^✔ file:\/\/\/.*\/shop.html\n$/) });
  expect(readFileSync('shop.html', 'utf8')).toContain('data-construct="shop/dev/web"');
});
