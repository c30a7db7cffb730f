import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ENTRIES, readApi } from '../../lib/packaging/api';
import { exports } from '../../package.json';

const { reports, undocumented } = readApi();

test.each([...reports])('%s shows the public API as it is: after a change, run npm run api, and look at what changed', (path, text) => {
  expect(text).toBe(readFileSync(path, 'utf8'));
});

test('what exported types refer to is shown, though it is not exported itself', () => {
  const [constructs] = [...reports].filter(([path]) => path.endsWith('constructs.api.md')).map(([, text]) => text.split('// Not exported, and referred to:')[1]);
  for (const declaration of ['interface Common extends ProbeTiming {', 'type SettingValue = string | number | boolean;', 'type Headers = Readonly<Record<string, string>>;', 'REFERRER_POLICIES: readonly [']) expect(constructs).toContain(declaration);
  expect([...reports.values()].filter(text => text.includes('type Acceptances = '))).toHaveLength(1);
});

test('every export says what it is', () => {
  expect(undocumented).toEqual([]);
});

test('whatever can be imported has a report, but for what only adds to jest', () => {
  expect(Object.keys(exports).filter(path => !['./package.json', './testing/jest'].includes(path)).map(path => path.replace('.', 'compose8s'))).toEqual(Object.keys(ENTRIES));
});
