import { expect, jest, test } from '@jest/globals';
import { promqlFault } from '../../../constructs/monitoring/rules/promql';
import { App, Kubernetes, Stack, synthesize } from '../../../lib';
import { within } from '../../../lib/targets/kubernetes/promql';

let isLoaded = false;
jest.doMock('@prometheus-io/lezer-promql', () => {
  isLoaded = true;
  return jest.requireActual('@prometheus-io/lezer-promql');
});

test('a stack without rules does not load the parser of PromQL', () => {
  const app = new App();
  new Stack(app, 'shop', 'dev', { targets: [new Kubernetes({ operator: { namespace: 'watch' } })] });
  synthesize(app);
  expect(isLoaded).toBe(false);
});

test.each([
  ['a name', 'up == 0', 'up{N} == 0'],
  ['empty braces', 'up{} == up{ }', 'up{N} == up{N }'],
  ['matchers', 'up{job="app", service="web"}', 'up{N, job="app", service="web"}'],
  ['a comma at the end', 'up{job="app",}', 'up{N, job="app",}'],
  ['matchers without a name', '{__name__=~"up|down"}', '{N, __name__=~"up|down"}'],
  ['a quoted name', '{"my.metric"} > 1', '{N, "my.metric"} > 1'],
  ['a range', 'rate(x_total[5m] offset 1h)', 'rate(x_total{N}[5m] offset 1h)'],
  ['a range of a range', 'max_over_time(rate(x_total{a="b"}[5m])[1h:1m])', 'max_over_time(rate(x_total{N, a="b"}[5m])[1h:1m])'],
  ['absent()', 'absent(up{job="app"}) or absent(up)', 'absent(up{N, job="app"}) or absent(up{N})'],
  ['an aggregation', 'sum by (up) (up) / on (up) group_left (up) max without (up) (up)', 'sum by (up) (up{N}) / on (up) group_left (up) max without (up) (up{N})'],
  ['names in texts', 'label_replace(up, "up", "up{}", "job", "(up)") and up{job="up{} == 0"}', 'label_replace(up{N}, "up", "up{}", "job", "(up)") and up{N, job="up{} == 0"}'],
  ['a comment', 'up{ # {up}\n} # up', 'up{N,  # {up}\n} # up'],
  ['a namespace of its own', 'up{job="app", namespace=~"other|more"} or up', 'up{job="app", namespace=~"other|more"} or up{N}'],
  ['a quoted namespace', 'up{"namespace"="other"}', 'up{"namespace"="other"}'],
  ['what only looks like one', 'up{job="namespace", x_namespace="a"}', 'up{N, job="namespace", x_namespace="a"}'],
  ['no selector', 'vector(1) > time()', 'vector(1) > time()'],
])('of %s, an expression looks at one namespace, unless it names another', (_, expr, expected) => {
  const found = within(expr, 'shop-prod');
  expect(found).toBe(expected.replaceAll('N', 'namespace="shop-prod"'));
  expect(promqlFault(found)).toBeUndefined();
});
