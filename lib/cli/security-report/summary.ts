import { PRIORITIES, type Priority } from './merge';
import type { Report } from './report';

/** More than a person reads; `report.json` has all. */
export const SHOWN = 500;

/** What the report comes to, for somebody who reads three sentences. */
export function summaryOf({ stack, score, scoreAtMost, complete, faults, passed, reasons, findings, priorities, sources, compliance }: Report): string[] {
  const images = new Set(findings.map(({ subject }) => subject)).size;
  const packages = sources.reduce((sum, source) => sum + (source.packages ?? 0), 0);
  const failing = compliance?.filter(({ outcome }) => outcome === 'fail').length ?? 0;
  const reviewing = compliance?.filter(({ outcome }) => outcome === 'review').length ?? 0;
  return [
    `${stack ?? 'This folder'}: ${passed ? 'passed' : `not passed, since ${reasons.join('; ')}`}.`,
    complete ? `The score is ${score} of 100.` : `There is no score: ${many(faults.length, 'thing')} that should have been read ${faults.length === 1 ? 'was' : 'were'} not. It would be ${scoreAtMost} of 100 at most.`,
    findings.length === 0
      ? `${complete ? 'Nothing was found' : 'In what could be read, nothing was found'}, by ${many(sources.length, 'output')} of scanners.`
      : `${many(findings.length, 'finding')} in ${many(images, 'image or Dockerfile', 'images and Dockerfiles')}: ${priorities[1]} to see to now, ${priorities[2]} this week, ${priorities[3]} to plan, ${priorities[4]} to watch.`,
    ...(packages > 0 ? [`The inventories list ${many(packages, 'package')}.`] : []),
    compliance
      ? `Of the benchmark's ${compliance.length} items that the emitted files show, ${failing} ${failing === 1 ? 'fails' : 'fail'} and ${reviewing} ${reviewing === 1 ? 'needs' : 'need'} a person's judgement.`
      : 'The benchmark was not judged: there was no emitted Compose folder to look at.',
  ];
}

export const DOCKER_BENCH = 'Docker Bench itself is not run: it wants the namespaces and the Docker socket of the host. Its items about the host and the daemon (sections 1 to 3), and what only a running container shows, are judged only where the JSON log of one that was run on the host lies among the outputs.';

export function many(number: number, one: string, more = `${one}s`): string {
  return `${number} ${number === 1 ? one : more}`;
}

/** The findings of each priority that are shown, and how many are not. */
export function shownOf({ findings }: Report): { readonly groups: readonly { readonly priority: Priority; readonly title: string; readonly findings: Report['findings'] }[]; readonly left: number } {
  const shown = findings.slice(0, SHOWN);
  const groups = ([1, 2, 3, 4] as const).map(priority => ({ priority, title: PRIORITIES[priority], findings: shown.filter(finding => finding.priority === priority) }));
  return { groups: groups.filter(group => group.findings.length > 0), left: findings.length - shown.length };
}
