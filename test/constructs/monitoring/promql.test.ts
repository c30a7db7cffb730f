import { expect, jest, test } from '@jest/globals';
import { Monitoring, Postgres } from '../../../constructs';
import { promqlFault } from '../../../constructs/monitoring/rules/promql';
import { App, Compose, synthesize, type Emission } from '../../../lib';
import { problemsOf, shop } from '../../support/stacks';
import { panelsOf } from './panels';
import { Observed } from './system';

let isLoaded = false;
jest.doMock('@prometheus-io/lezer-promql', () => {
  isLoaded = true;
  return jest.requireActual('@prometheus-io/lezer-promql');
});

test('a system without rules of its own does not load the parser of PromQL, one with some does', () => {
  const build = (expr?: string) => problemsOf(shop(stack => {
    const monitoring = new Monitoring(stack, 'monitoring', { receivers: [] }).observe(new Postgres(stack, 'db', { storage: '1Gi' }));
    if (expr !== undefined) monitoring.rules({ name: 'own', rules: [{ alert: 'Own', severity: 'warning', for: '5m', expr, summary: '' }] });
  }));
  expect([build(), isLoaded]).toEqual(['', false]);
  expect([build('up == 0'), isLoaded]).toEqual(['', true]);
});

test('each rule and each panel that comes with it is PromQL', () => {
  const app = new App();
  const { monitoring } = new Observed(app, 'prod', { targets: [new Compose()] });
  const rules = monitoring.prometheus.rules.flatMap(group => group.rules.map(({ alert, expr }) => [alert, expr] as const));
  const panels = panelsOf((synthesize(app).emissions[0] as Emission).files).map(({ dashboard, title, query }) => [`${dashboard}: ${title}`, query] as const);
  expect([...rules, ...panels].filter(([, expression]) => promqlFault(expression) !== undefined)).toEqual([]);
  expect([rules.length, panels.length].every(number => number > 15)).toBe(true);
});

test.each([
  ['up == 0', undefined], ['sum(up{', 7], ['sum(up))', 7], ['up{a="b}', 8], ['up{job=app}', 7], ['rate(up[5m)', 10], ['', 0], ['a b', 2], ['# a\nup', undefined], ['histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))', undefined],
])('%p is PromQL but for what comes after the character %p', (expression, expected) => {
  expect(promqlFault(expression)).toBe(expected);
});
