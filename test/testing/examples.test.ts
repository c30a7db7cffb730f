import { describe, expect, test } from '@jest/globals';
import { transformSync } from 'esbuild';
import { join } from 'node:path';
import { docExamples } from '../support/doc-examples';

const examples = docExamples(join(__dirname, '../../lib/testing'));

test('there are examples for everything that tests are written with', () => {
  expect(examples.length).toBeGreaterThan(7);
});

// Each example declares tests of its own, as it would in a file.
describe.each(examples)('the example $name', ({ code }) => {
  const { code: program } = transformSync(code, { loader: 'ts', format: 'cjs' });
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const load = (name: string): unknown => require(name === './shop' ? '../package/project/shop' : name);
  new Function('require', program)(load);
});
