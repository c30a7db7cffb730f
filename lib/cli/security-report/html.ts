import { escaped } from '../../core/diagram/svg';
import { FORMULA, type Report } from './report';
import { DOCKER_BENCH, shownOf, summaryOf } from './summary';

const STYLE = `
* { box-sizing: border-box; } body { margin: 0 auto; max-width: 76rem; padding: 0 1.2rem 3rem; font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #14213a; background: #fff; }
h1 { font-size: 1.6rem; margin: 1.2rem 0 .4rem; } h2 { font-size: 1.2rem; margin: 1.8rem 0 .5rem; } a { color: #1c4587; } code { overflow-wrap: anywhere; }
.skip, .aloud { position: absolute; left: -100rem; } .skip:focus { position: static; } :focus-visible { outline: 3px solid #c2570c; outline-offset: 2px; }
.score { font-size: 2.4rem; font-weight: 700; margin: .2rem 0; } .verdict { display: inline-block; padding: .15rem .7rem; border-radius: 6px; font-weight: 600; border: 2px solid; }
.passed { color: #14532d; border-color: #14532d; background: #effaf2; } .failed { color: #7f1d1d; border-color: #7f1d1d; background: #fdf1f1; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d5dbe6; overflow-wrap: break-word; } thead th { background: #f3f5f9; white-space: nowrap; } td:first-child { white-space: nowrap; } td:has(code) { min-width: 11rem; } td a { white-space: nowrap; }
@media print { .scroll { overflow: visible; } }
`;

/** `report.html`: one file that asks for nothing, runs nothing, and reads well aloud. Whatever a scanner says is text. */
export function html(report: Report): string {
  const { groups, left } = shownOf(report);
  const title = `Security report${report.stack ? `: ${report.stack}` : ''}`;
  const { score, scoreAtMost, passed, complete } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#findings">To the findings</a>
<header>
<h1>${escaped(title)}</h1>
<p class="score">${complete ? `${score} of 100` : `No score; ${scoreAtMost} of 100 at most`}</p>
<p class="verdict ${passed ? 'passed' : 'failed'}">${passed ? 'Passed' : 'Not passed'}</p>
</header>
<main>
<h2>Summary</h2>
<ul>${summaryOf(report).map(line => `<li>${escaped(line)}</li>`).join('')}</ul>
${report.faults.length > 0 ? section('What could not be read', ['File', 'What'], report.faults.map(({ file, what }) => [text(file), text(what)])) : ''}
<div id="findings" tabindex="-1">
${groups.map(({ priority, title: when, findings }) => section(`Priority ${priority}, ${when}`, ['Severity', 'Finding', 'In', 'Package or place', 'Fixed in', 'Seen by', 'What'], findings.map(finding => [
    text(finding.severity), linked(finding.id, finding.link), code(finding.subject), code([finding.package, finding.version].filter(Boolean).join(' ') || (finding.where ?? '')),
    text(finding.fixedIn.join(', ') || (finding.kind === 'vulnerability' ? 'no fix known' : '')), text(finding.scanners.join(', ')), text(finding.title),
  ]))).join('\n')}
${report.findings.length === 0 ? `<h2>Findings</h2><p>${complete ? 'None.' : 'None in what could be read.'}</p>` : ''}
${left > 0 ? `<p>${left} more are in <code>report.json</code>.</p>` : ''}
</div>
${report.compliance ? section('CIS Docker Benchmark, sections 4 and 5', ['Item', 'Outcome', 'What', 'Not kept by'], report.compliance.map(({ id, outcome, what, of }) => [text(id), text(outcome), text(what), text(of.join(', '))])) : ''}
<p>${escaped(DOCKER_BENCH)}</p>
${section('What was read', ['File', 'Scanner', 'Of', 'Findings', 'Packages'], report.sources.map(({ file, scanner, subject, findings, packages }) => [code(file), text(scanner), code(subject ?? ''), text(`${findings}`), text(`${packages ?? ''}`)]))}
<h2>The score</h2>
<p>${escaped(FORMULA)}</p>
${report.deductions.length > 0 ? tableOf('What took points off', ['What takes points off', 'Points'], report.deductions.map(({ what, points }) => [text(what), text(`-${points}`)])) : ''}
</main>
</body>
</html>
`;
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<h2>${escaped(title)} (${rows.length})</h2>\n${tableOf(title, head, rows)}`;
}

/** Cells are HTML that is made here, by the functions below. */
function tableOf(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<div class="scroll" role="region" aria-label="${escaped(caption)}" tabindex="0"><table><caption class="aloud">${escaped(caption)}</caption>
<thead><tr>${head.map(name => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(row => `<tr>${row.map(cell => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}
</tbody></table></div>`;
}

const text = escaped;

function code(value: string): string {
  return value === '' ? '' : `<code>${escaped(value)}</code>`;
}

function linked(value: string, link: string | undefined): string {
  return link ? `<a href="${escaped(link)}" rel="noopener noreferrer">${escaped(value)}</a>` : code(value);
}
