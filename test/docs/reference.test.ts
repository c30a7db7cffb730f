import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readReference } from '../../lib/packaging/reference';
import { ROOT } from './blocks';

const pages = readReference();

test.each([...pages])('%s says what the doc comments say: after a change, run npm run docs', (path, text) => {
  expect(text).toBe(readFileSync(path, 'utf8'));
});

test('the reference has no other page', () => {
  const folder = join(ROOT, 'docs/reference');
  expect(readdirSync(folder).map(file => join(folder, file)).sort()).toEqual([...pages.keys()].sort());
});
