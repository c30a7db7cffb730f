import { attemptFor, Duration, type AlertRule, type DurationString } from '../../../lib/model';
import { yaml, type Yaml } from '../yaml';

/** An alert. The guide beside the emitted files, and `docs/runbooks.md`, have a section of its name. */
export interface Rule {
  /** Its name: `ServiceDown`. The section of the guide has the same. */
  readonly alert: string;
  /** `critical`: somebody must look now. `warning`: within the day. */
  readonly severity: 'critical' | 'warning';
  /** How long it must hold. */
  readonly for: DurationString;
  /** PromQL. What it gives carries the label `service`. */
  readonly expr: string;
  /** What is wrong, for people. Go templates: `{{ $labels.service }}`, `{{ $value }}`. */
  readonly summary: string;
}

/** Rules that Prometheus evaluates together, in their order. */
export interface RuleGroup {
  /** Told apart by it: a group replaces the one of its name. */
  readonly name: string;
  /** In the order in which they are evaluated. */
  readonly rules: readonly Rule[];
}

/** The names of the groups that come with `Monitoring`. */
export const BUILT_IN = ['services', 'requests', 'host', 'certificates', 'postgres', 'redis', 'backup'] as const;

const builtIn = new WeakSet<RuleGroup>();

/** A group that comes with `Monitoring`: the tests of this project try its rules. */
export function builtInGroup(name: (typeof BUILT_IN)[number], rules: readonly Rule[]): RuleGroup {
  const group = { name, rules };
  builtIn.add(group);
  return group;
}

/** Whether it was made by {@link builtInGroup}. */
export function isBuiltIn(group: RuleGroup): boolean {
  return builtIn.has(group);
}

/** Where the runbooks are: in the guide beside the emitted files, which spells their commands. */
export const RUNBOOKS = 'OPERATIONS.md';

/** What Prometheus' rule files and the PrometheusRule of its Operator have in common. */
export function ruleFile(groups: readonly RuleGroup[]): Yaml {
  return yaml`
    groups:
      ${groups.map(({ name, rules }) => yaml`
        - name: ${name}
          rules:
            ${rules.map(printRule)}
        `)}
    `;
}

function printRule(rule: Rule): Yaml {
  const { alert, expr, for: lasting, labels, annotations } = alertRuleOf(rule);
  return yaml`
    - alert: ${alert}
      expr: ${expr}
      for: ${lasting}
      labels:
        ${Object.entries(labels).map(([name, value]) => yaml`${name}: ${value}`)}
      annotations:
        ${Object.entries(annotations).map(([name, value]) => yaml`${name}: ${value}`)}
    `;
}

/** The rule as Prometheus has it. */
export function alertRuleOf({ alert, severity, for: lasting, expr, summary }: Rule): AlertRule {
  return {
    alert,
    // A comment ends with its line.
    expr: expr.includes('#') ? expr.trim() : expr.trim().replaceAll(/\s+/g, ' '),
    // The check of rules tells of one that makes no sense.
    for: attemptFor(() => undefined, 'for', () => Duration.of(lasting), Duration.seconds(60)),
    labels: { severity },
    annotations: { summary, runbook: `${RUNBOOKS}#${alert.toLowerCase()}` },
  };
}
