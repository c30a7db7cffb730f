import { SEVERITIES, type Finding } from './finding';

/** When to see to a finding. */
export type Priority = 1 | 2 | 3 | 4;

/** What scanners found, each thing once. */
export interface Merged extends Finding {
  readonly priority: Priority;
}

export const PRIORITIES: Readonly<Record<Priority, string>> = {
  1: 'now: critical, or a secret in an image',
  2: 'this week: high, and a fix is there',
  3: 'plan: high without a fix, or medium with one',
  4: 'watch: everything else',
};

/** One finding per number, package, version and image, however many scanners have seen it: with the gravest severity and all fixes. */
export function merge(findings: readonly Finding[]): Merged[] {
  const byKey = new Map<string, Finding>();
  for (const finding of findings) {
    const key = keyOf(finding);
    const known = byKey.get(key);
    byKey.set(key, known ? joined(known, finding) : finding);
  }
  return [...byKey.values()]
    .map(finding => ({ ...finding, priority: priorityOf(finding) }))
    .sort((a, b) => a.priority - b.priority || rank(a) - rank(b) || b.scanners.length - a.scanners.length || compare(sortKey(a), sortKey(b)));
}

function keyOf({ kind, id, package: name, version, subject, where }: Finding): string {
  return [id, name?.toLowerCase(), version?.replace(GO, ''), subject, kind === 'vulnerability' ? '' : where].join('\0');
}

/** Of Go's standard library in a program, Trivy says `v1.26.3`, and Grype `go1.26.3`. */
const GO = /^(go|v)(?=\d)/;

function joined(a: Finding, b: Finding): Finding {
  const [graver, other] = rank(b) < rank(a) ? [b, a] : [a, b];
  return {
    ...graver,
    // A number is no title where the other has one.
    title: graver.title === graver.id ? other.title : graver.title,
    fixedIn: [...new Set([...a.fixedIn, ...b.fixedIn])].sort(), link: a.link ?? b.link, scanners: [...new Set([...a.scanners, ...b.scanners])].sort(),
  };
}

function priorityOf({ severity, kind, fixedIn }: Finding): Priority {
  if (severity === 'critical' || kind === 'secret') return 1;
  if (severity === 'high') return fixedIn.length > 0 ? 2 : 3;
  return severity === 'medium' && fixedIn.length > 0 ? 3 : 4;
}

export function rank({ severity }: Pick<Finding, 'severity'>): number {
  return SEVERITIES.indexOf(severity);
}

function sortKey({ subject, package: name = '', id, version = '', where = '' }: Finding): string {
  return [subject, name, id, version, where].join('\0');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
