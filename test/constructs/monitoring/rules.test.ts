import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupCronJob, Monitoring, Postgres, type BackupCronJobProps } from '../../../constructs';
import { BUILT_IN, type Rule } from '../../../constructs/monitoring/rules';
import { App, Compose, Cron, synthesize } from '../../../lib';
import { composeOf, problemsOf, shop, textOf } from '../../support/stacks';
import { CASES } from './rule-cases';
import { Observed } from './system';

const app = new App();
const stack = new Observed(app, 'prod', { targets: [new Compose()] });
const { emissions: [compose] } = synthesize(app);

describe('An alert rule', () => {
  const rules = stack.monitoring.prometheus.rules.flatMap(group => group.rules);
  const runbooks = readFileSync(join(__dirname, '../../../docs/runbooks.md'), 'utf8');

  test.each(rules.map(rule => [rule.alert, rule] as const))('%s has a severity, a summary, a runbook, and cases that fire it and that do not', (alert, { summary, severity }) => {
    expect(summary).toMatch(/\S/);
    expect(['critical', 'warning']).toContain(severity);
    expect(runbooks).toContain(`\n## ${alert}\n`);
    expect(CASES[alert]!.fires.length).toBeGreaterThan(0);
    expect(CASES[alert]!.quiet.length).toBeGreaterThan(0);
  });

  test('has no runbook and no case left over', () => {
    const names = rules.map(({ alert }) => alert);
    expect(Object.keys(CASES).filter(alert => !names.includes(alert))).toEqual([]);
    expect([...runbooks.matchAll(/^## (\S+)$/gm)].map(([, name]) => name!).filter(name => !names.includes(name))).toEqual([]);
  });

  test('has a group whose name is kept for it', () => {
    expect(stack.monitoring.prometheus.rules.map(({ name }) => name).sort()).toEqual([...BUILT_IN].sort());
  });

  test('may have comments, each as long as its line', () => {
    const { file } = composeOf(of => {
      new Monitoring(of, 'monitoring', { receivers: [] }).rules({ name: 'orders', rules: [{ alert: 'NoOrder', severity: 'warning', for: '1m', expr: '# of any shop\n  orders_total == 0\n', summary: 'no order' }] });
    });
    expect(file('config/monitoring-prometheus-config/rules.yml')).toContain('expr: "# of any shop\\n  orders_total == 0"');
  });

  const rule = { alert: 'OrdersStuck', severity: 'critical', for: '10m', expr: 'min by (service) (increase(orders_total[10m])) == 0', summary: 'no order of {{ $labels.service | printf "%s }}" }}' } as const;
  const problemsOfRules = (...groups: readonly { readonly name?: string; readonly rules: readonly Partial<Record<keyof Rule, string>>[] }[]) =>
    problemsOf(shop(of => { new Monitoring(of, 'monitoring', { receivers: [] }).rules(...groups.map(({ name = 'orders', rules: list }) => ({ name, rules: list.map(one => ({ ...rule, ...one }) as Rule) }))); }));

  test.each<[Partial<Record<keyof Rule, string>>, string]>([
    [{}, ''],
    [{ expr: 'sum(up{' }, "the expression of the alert OrdersStuck is no PromQL: it ends too early, after 'sum(up{'"],
    [{ expr: 'sum(up)) > 1' }, "it is not understood from ') > 1' on, after 'sum(up)'"],
    [{ expr: 'up{job="(["} == 0' }, ''],
    [{ severity: 'urgent' }, "the alert OrdersStuck has the severity 'urgent', which nobody is told of"],
    [{ alert: 'Orders stuck' }, "'Orders stuck' is not the name of an alert"],
    [{ summary: 'no order of {{ $labels.service' }, 'the summary of the alert OrdersStuck has brackets without their counterpart'],
    [{ summary: 'no order of $labels.service }}' }, 'has brackets without their counterpart'],
    [{ for: 'long' }, "✖ for of the alert OrdersStuck: 'long'"],
    [{ alert: 'ServiceDown' }, "the groups of rules 'services' and 'orders' both have an alert ServiceDown"],
  ])('of a user is checked: %j', (change, expected) => {
    const problems = problemsOfRules({ rules: [change] });
    if (expected === '') expect(problems).toBe('');
    else expect(problems).toContain(expected);
  });

  test('of a user may have several expressions in its group, but not in another', () => {
    expect(problemsOfRules({ rules: [rule, { severity: 'warning' }] })).toBe('');
    expect(problemsOfRules({ rules: [rule] }, { name: 'more', rules: [rule] })).toContain("the groups of rules 'orders' and 'more' both have an alert OrdersStuck");
  });

  test.each([...BUILT_IN])('of a user is in no group called %p, whenever that comes', name => {
    expect(problemsOfRules({ name, rules: [rule] })).toContain(`'${name}' is the name of a group of rules that is there by itself`);
  });

  test('for backups knows how often they are made', () => {
    // A day, an hour for the run, and an hour on top.
    expect(textOf(compose!.files, 'config/monitoring-prometheus-config/rules.yml')).toContain('time() - backup_last_success_timestamp_seconds{service=\\"backup\\"} > 93600');
  });

  test.each<[string, string, (db: Postgres) => Partial<BackupCronJobProps>]>([
    ['copies elsewhere', 'BackupOffsite', ({ image }) => ({ offsite: { image, program: '/bin/true' } })],
    ['drills', 'BackupDrill', () => ({ drill: Cron.weekly('SUN', '04:00') })],
  ])('for %s is there where they are asked for', (_what, alert, more) => {
    const alerts = (isAsked: boolean) => composeOf(of => {
      const db = new Postgres(of, 'db', { storage: '1Gi' });
      const backup = new BackupCronJob(of, 'backup', { of: db, schedule: Cron.daily('02:00'), storage: '1Gi', ...(isAsked ? more(db) : {}) });
      new Monitoring(of, 'monitoring', { receivers: [] }).observe(backup);
    }).file('config/monitoring-prometheus-config/rules.yml').match(/Backup\w+/g);
    expect(alerts(false)).toEqual(['BackupOld', 'BackupAbsent']);
    expect(alerts(true)).toEqual(['BackupOld', 'BackupAbsent', `${alert}Old`, `${alert}Absent`]);
  });

  test('for requests asks for the histogram that the services have, and so do the graphs', () => {
    const { file } = composeOf(stack => { new Monitoring(stack, 'monitoring', { receivers: [], objectives: { p95: '500ms', histogram: 'django_latency_seconds' } }); });
    expect(file('config/monitoring-prometheus-config/rules.yml')).toContain('rate(django_latency_seconds_bucket[5m]))) > 0.5');
    expect(file('config/monitoring-grafana-dashboards/requests.json')).toContain('django_latency_seconds_bucket');
    expect(problemsOf(shop(stack => { new Monitoring(stack, 'monitoring', { receivers: [], objectives: { histogram: 'a}) or up' } }); }))).toContain('is not the name of a metric');
  });

  test.each([{ errorRatio: 0 }, { errorRatio: 2 }])('takes no objective that cannot be: %p', objectives => {
    expect(problemsOf(shop(stack => { new Monitoring(stack, 'monitoring', { receivers: [], objectives }); }))).toContain('is no objective');
  });
});
