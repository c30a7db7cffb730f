import { FORMULA, type Report } from './report';
import { DOCKER_BENCH, shownOf, summaryOf } from './summary';

/** `report.md`: for pull requests and mail. */
export function markdown(report: Report): string {
  const { groups, left } = shownOf(report);
  return [
    `# Security report${report.stack ? `: ${plain(report.stack)}` : ''}`,
    summaryOf(report).map(line => `- ${plain(line)}`).join('\n'),
    ...(report.faults.length > 0 ? ['## What could not be read', table(['file', 'what'], report.faults.map(({ file, what }) => [file, what]))] : []),
    ...groups.flatMap(({ priority, title, findings }) => [
      `## Priority ${priority}, ${title}`,
      table(['severity', 'finding', 'in', 'package', 'fixed in', 'seen by', 'what'], findings.map(({ severity, id, subject, package: name, version, where, fixedIn, scanners, title: what }) =>
        [severity, id, subject, [name, version].filter(Boolean).join(' ') || (where ?? ''), fixedIn.join(', '), scanners.join(', '), what])),
    ]),
    ...(left > 0 ? [`${left} more are in report.json.`] : []),
    ...(report.compliance ? ['## CIS Docker Benchmark, sections 4 and 5', table(['item', 'outcome', 'what', 'of'], report.compliance.map(({ id, outcome, what, of }) => [id, outcome, what, of.join(', ')]))] : []),
    DOCKER_BENCH,
    '## What was read', table(['file', 'scanner', 'of', 'findings', 'packages'], report.sources.map(({ file, scanner, subject, findings, packages }) => [file, scanner, subject ?? '', `${findings}`, `${packages ?? ''}`])),
    '## The score', FORMULA,
    ...(report.deductions.length > 0 ? [table(['what', 'points'], report.deductions.map(({ what, points }) => [what, `-${points}`]))] : []),
    '',
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows.map(row => row.map(plain))].map(row => `| ${row.join(' | ')} |`).join('\n');
}

/** Text that Markdown takes as it is, and that makes neither a tag, a link, an image nor a cell. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/[\\`*_[\]|~!#@]/g, '\\$&').replace(/:\/\//g, ':\u200B//');
}
