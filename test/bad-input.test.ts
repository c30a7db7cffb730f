import { describe, expect, test } from '@jest/globals';
import { printProblems, synthesize } from '../lib';
import type { BadInput } from './bad-input/case';
import * as graphs from './bad-input/graphs';
import * as hosts from './bad-input/hosts';
import * as products from './bad-input/products';
import * as workloads from './bad-input/workloads';
import { shop } from './support/stacks';

const TABLE: readonly (readonly [string, readonly BadInput[]])[] = Object.entries({ ...workloads, ...graphs, ...products, ...hosts });

describe.each(TABLE)('wrong input about %s', (_, cases) => {
  test.each(cases)('is refused with what, where and how to mend it: $name', ({ build, props, app, problems }) => {
    const program = app?.() ?? shop(build ?? (() => undefined), props);
    const printed = printProblems(synthesize(program).problems);
    expect(printed).toBe(problems.map(({ what, at, fix }) => `✖ ${what}\n  at ${at}\n  fix: ${fix}\n`).join('\n'));
  });
});

test('the table has no case twice', () => {
  const names = TABLE.flatMap(([, cases]) => cases.map(({ name }) => name));
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
