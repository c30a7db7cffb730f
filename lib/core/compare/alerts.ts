import type { AlertRule } from '../../model';
import type { Graph } from '../graph';
import { less, NOTHING, type Finding } from './finding';

/** Alerts of one name: whether each condition there is one here as well, and is met as early. */
export function* compareAlerts(here: Graph, there: Graph): Iterable<Finding> {
  const [ours, theirs] = [alertsOf(here), alertsOf(there)];
  const missing = [...theirs.keys()].filter(name => !ours.has(name));
  if (missing.length > 0) yield { field: 'alerts', here: NOTHING, there: missing.join(', '), why: 'nobody is told' };
  for (const [name, { last, conditions }] of ours) {
    const other = theirs.get(name);
    if (!other) continue;
    yield* less(`alerts.${name}`, last, other.last, rule => -rule.for.milliseconds, 'people are told later', rule => `after ${rule.for}`);
    yield* compareConditions(`alerts.${name}.expr`, conditions, other.conditions);
  }
}

interface Alert {
  /** The rule that counts, where several have its name. */
  readonly last: AlertRule;
  /** Any of them raises it. */
  readonly conditions: readonly Condition[];
}

/** A part of an expression that is enough by itself. */
interface Condition {
  readonly text: string;
  /** What it is about; in a ratio, whatever the size is that something is a part of. */
  readonly subject: string;
  /** What `subject` is compared with at its end, if anything. */
  readonly bound: { readonly sign: '<' | '>'; readonly value: number } | undefined;
}

function alertsOf(graph: Graph): ReadonlyMap<string, Alert> {
  const alerts = new Map<string, Alert>();
  for (const rule of graph.alertRules.flatMap(({ spec }) => spec.groups.flatMap(({ rules }) => rules))) {
    alerts.set(rule.alert, { last: rule, conditions: [...alerts.get(rule.alert)?.conditions ?? [], ...alternatives(rule.expr).map(conditionOf)] });
  }
  return alerts;
}

function* compareConditions(field: string, here: readonly Condition[], there: readonly Condition[]): Iterable<Finding> {
  const missing = there.filter(other => !here.some(one => one.subject === other.subject && isMetAsEarly(one, other)));
  if (missing.length === 0) return;
  const isIn = (list: readonly Condition[]) => ({ subject }: Condition) => list.some(other => other.subject === subject);
  const later = here.filter(isIn(missing));
  const others = here.filter(one => !isIn(there)(one));
  const why = later.length > 0 ? 'more must be wrong before people are told' : others.length === 0 ? 'of some of it, nobody is told' : 'it looks for something else: whether people are told as early, only they can judge';
  yield { field, here: [...later, ...others].map(({ text }) => text).join(' or ') || NOTHING, there: missing.map(({ text }) => text).join(' or '), why };
}

function isMetAsEarly({ bound: here }: Condition, { bound: there }: Condition): boolean {
  if (!here || !there) return here === there;
  return here.sign === '>' ? here.value <= there.value : here.value >= there.value;
}

/** `up == 0 or absent(up)`: two. An `or` within brackets or quotes is part of one. */
function alternatives(expr: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [token] of expr.matchAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|[([{]|[)\]}]|\bor\b|[^]/g)) {
    if (/^[([{]$/.test(token)) depth++;
    if (/^[)\]}]$/.test(token)) depth--;
    if (token === 'or' && depth === 0) parts.push('');
    else parts.push(parts.pop()! + token);
  }
  return parts.map(part => part.trim().replaceAll(/\s+/g, ' '));
}

/** Read only where it is plain: what follows `unless` holds the other way round. */
function conditionOf(text: string): Condition {
  const [, what = text, sign, factors] = /^((?!.*\bunless\b).*?) ?([<>])=? ?(-?[\d.]+(?:e-?\d+)?(?: ?\* ?[\d.]+)*)$/.exec(text) ?? [];
  const subject = what.replaceAll(/\/ \d+(?= |$)/g, '/ N');
  if (sign === undefined) return { text, subject, bound: undefined };
  return { text, subject: `${subject} ${sign}`, bound: { sign: sign as '<' | '>', value: factors!.split('*').reduce((product, factor) => product * Number(factor), 1) } };
}
