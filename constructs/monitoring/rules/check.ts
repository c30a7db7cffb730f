import { attemptFor, Duration, type Fault } from '../../../lib/model';
import { promqlFault } from './promql';
import { alertRuleOf, isBuiltIn, type Rule, type RuleGroup } from './rule';

const SEVERITIES: readonly string[] = ['critical', 'warning'];

/** What Prometheus would refuse to start with, and names that stand for two things. */
export function* ruleFaults(groups: readonly RuleGroup[]): Iterable<Fault> {
  const homes = new Map<string, RuleGroup>();
  for (const group of groups) {
    for (const rule of group.rules) {
      const home = homes.get(rule.alert);
      homes.set(rule.alert, home ?? group);
      if (home && home !== group) {
        yield { code: 'alert-twice', what: `the groups of rules '${home.name}' and '${group.name}' both have an alert ${rule.alert}`, fix: 'give each a name of its own: the guide has one section for a name' };
      }
      if (!isBuiltIn(group)) yield* faultsOf(rule);
    }
  }
}

function faultsOf(rule: Rule): readonly Fault[] {
  const { alert, severity, summary } = rule;
  const faults: Fault[] = [];
  if (!/^[A-Za-z_]\w*$/.test(alert)) faults.push({ code: 'alert-name', what: `'${alert}' is not the name of an alert`, fix: 'use letters, digits and underscores, and no digit first: OrdersStuck' });
  if (!SEVERITIES.includes(severity)) faults.push({ code: 'alert-severity', what: `the alert ${alert} has the severity '${severity}', which nobody is told of`, fix: `say ${SEVERITIES.join(' or ')}` });
  if (!isTemplate(summary)) faults.push({ code: 'alert-summary', what: `the summary of the alert ${alert} has brackets without their counterpart: ${summary}`, fix: 'write what is filled in as {{ $labels.service }}' });
  attemptFor(fault => faults.push(fault), `for of the alert ${alert}`, () => Duration.of(rule.for), undefined);
  const { expr } = alertRuleOf(rule);
  const at = promqlFault(expr);
  if (at !== undefined) {
    const where = at >= expr.length ? 'ends too early' : `is not understood from '${expr.slice(at, at + 20)}' on`;
    faults.push({ code: 'alert-expression', what: `the expression of the alert ${alert} is no PromQL: it ${where}, after '${expr.slice(Math.max(0, at - 40), at)}'`, fix: 'mend it there; the page Query of a Prometheus tries it out' });
  }
  return faults;
}

/** Whether each `{{` has its `}}`. What stands in quotes between them may be anything. */
function isTemplate(summary: string): boolean {
  return !/\{\{|\}\}/.test(summary.replaceAll(/\{\{(?:[^{}"`]|"(?:[^"\\]|\\.)*"|`[^`]*`)*\}\}/g, ''));
}
