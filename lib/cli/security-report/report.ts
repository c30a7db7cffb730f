import type { Judged } from './compliance';
import { SEVERITIES, type Severity } from './finding';
import type { Fault, Inputs } from './inputs';
import { merge, rank, type Merged, type Priority } from './merge';

/** What CI asks of a report. */
export interface Threshold {
  /** The mildest severity that fails. */
  readonly failOn: Severity | 'none';
  readonly minScore: number;
}

/** `report.json`: what there is to say, for programs; `report.md` and `report.html` say the same to people. */
export interface Report {
  readonly format: 'compose8s-security-report/1';
  readonly stack: string | null;
  /** Complete, and within the threshold. */
  readonly passed: boolean;
  /** Why it did not pass, in words. */
  readonly reasons: readonly string[];
  /** Whether every output that there should be was there and whole. */
  readonly complete: boolean;
  /** 0 to 100; `null` where something was not scanned: then nobody knows it. */
  readonly score: number | null;
  /** What the score would be if nothing were found in what was not scanned. */
  readonly scoreAtMost: number;
  readonly deductions: readonly Deduction[];
  readonly threshold: Threshold;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly priorities: Readonly<Record<Priority, number>>;
  readonly faults: readonly Fault[];
  readonly sources: readonly { readonly file: string; readonly scanner: string; readonly subject: string | null; readonly findings: number; readonly packages: number | null }[];
  /** `null` where there was no Compose file to judge. */
  readonly compliance: readonly Judged[] | null;
  readonly findings: readonly Merged[];
}

/** Points that something costs. */
export interface Deduction {
  readonly what: string;
  readonly points: number;
}

/** What one finding costs, and all of its severity at most. One that nobody has judged costs what a medium one does. */
export const COSTS: Readonly<Record<Severity, { readonly each: number; readonly most: number }>> = {
  critical: { each: 20, most: 60 },
  high: { each: 5, most: 40 },
  medium: { each: 0.5, most: 15 },
  low: { each: 0.1, most: 5 },
  unknown: { each: 0.5, most: 10 },
};
/** What it costs if every item of the benchmark fails; items to review cost nothing. */
export const COMPLIANCE_COST = 20;

/** In words, for the reports and the help. */
export const FORMULA = [
  'The score begins at 100. Each distinct finding takes off points by its severity:',
  `${SEVERITIES.map(severity => `${severity} ${COSTS[severity].each} (at most ${COSTS[severity].most})`).join(', ')}.`,
  `The benchmark takes off ${COMPLIANCE_COST} times the share of its judged items that fail. The rest is rounded down, and never below 0.`,
  'If anything that should have been scanned was not, there is no score, only what it could be at most.',
].join('\n');

export function reportOf({ stack, inputs, faults }: Inputs, compliance: readonly Judged[] | undefined, threshold: Threshold): Report {
  const findings = merge(inputs.flatMap(input => input.findings));
  const counts = Object.fromEntries(SEVERITIES.map(severity => [severity, findings.filter(finding => finding.severity === severity).length])) as Record<Severity, number>;
  const deductions = deductionsOf(counts, compliance ?? []);
  const scoreAtMost = Math.max(0, Math.floor(100 - deductions.reduce((sum, { points }) => sum + points, 0)));
  const complete = faults.length === 0;
  const reasons = reasonsOf(findings, scoreAtMost, faults, threshold);
  return {
    format: 'compose8s-security-report/1', stack: stack ?? null, passed: reasons.length === 0, reasons, complete,
    score: complete ? scoreAtMost : null, scoreAtMost, deductions, threshold, counts,
    priorities: Object.fromEntries([1, 2, 3, 4].map(priority => [priority, findings.filter(finding => finding.priority === priority).length])) as Record<Priority, number>,
    faults,
    sources: inputs.map(({ file, scanner, subject, findings: own, packages }) => ({ file, scanner, subject: subject ?? null, findings: own.length, packages: packages ?? null })),
    compliance: compliance ?? null, findings,
  };
}

function deductionsOf(counts: Readonly<Record<Severity, number>>, compliance: readonly Judged[]): Deduction[] {
  const failed = compliance.filter(({ outcome }) => outcome === 'fail').length;
  const decided = compliance.filter(({ outcome }) => outcome !== 'review').length;
  return [
    ...SEVERITIES.map(severity => ({ what: `${counts[severity]} ${severity}`, points: tenths(Math.min(COSTS[severity].most, counts[severity] * COSTS[severity].each)) })),
    { what: `${failed} of ${decided} items of the benchmark fail`, points: tenths(decided === 0 ? 0 : COMPLIANCE_COST * failed / decided) },
  ].filter(({ points }) => points > 0);
}

function tenths(points: number): number {
  return Math.round(points * 10) / 10;
}

function reasonsOf(findings: readonly Merged[], score: number, faults: readonly Fault[], { failOn, minScore }: Threshold): string[] {
  const grave = failOn === 'none' ? [] : findings.filter(finding => rank(finding) <= rank({ severity: failOn }));
  return [
    ...(faults.length > 0 ? [`the scan is not complete: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`] : []),
    ...(grave.length > 0 ? [`${grave.length} ${grave.length === 1 ? 'finding is' : 'findings are'} ${failOn} or worse`] : []),
    ...(score < minScore ? [`the score is ${score} at most; ${minScore} is asked for`] : []),
  ];
}
