import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ENTRIES, readApi } from '../../lib/packaging/api';
import { exports } from '../../package.json';

const { reports, undocumented } = readApi();

test.each([...reports])('%s shows the public API as it is: after a change, run npm run api, and look at what changed', (path, text) => {
  expect(text).toBe(readFileSync(path, 'utf8'));
});

test('every export says what it is', () => {
  expect(undocumented).toEqual([]);
});

test('whatever can be imported has a report, but for what only adds to jest', () => {
  expect(Object.keys(exports).filter(path => !['./package.json', './testing/jest'].includes(path)).map(path => path.replace('.', 'compose8s'))).toEqual(Object.keys(ENTRIES));
});
