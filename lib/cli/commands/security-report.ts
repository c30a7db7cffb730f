import { Option } from 'commander';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../core/folders';
import type { LocalCommand } from '../command';
import { EXIT, Misuse } from '../errors';
import { complianceOf, type Judged } from '../security-report/compliance';
import { SEVERITIES } from '../security-report/finding';
import { html } from '../security-report/html';
import { readInputs } from '../security-report/inputs';
import { markdown } from '../security-report/markdown';
import { FORMULA, reportOf, type Threshold } from '../security-report/report';
import { summaryOf } from '../security-report/summary';
import { complain, say } from '../terminal';

/** Judges what the scanners of a `SecurityScan` have left in a folder. */
export const securityReport: LocalCommand = {
  name: 'security-report',
  describe: command => command
    .description('make report.json, report.md and report.html of what scanners found: SARIF, JSON of Grype and of Docker Bench, SPDX and CycloneDX')
    .argument('<folder>', 'where the outputs of the scanners are')
    .addOption(new Option('--fail-on <severity>', 'the mildest severity that fails').choices([...SEVERITIES.filter(severity => severity !== 'unknown'), 'none']).default('high'))
    .option('--min-score <points>', 'the lowest score that passes', '0')
    .option('--emitted <folder>', 'the Compose folder to judge by the CIS Docker Benchmark (default: dist/<stack>/compose, if it is there)')
    .option('--output <folder>', 'where to write the reports (default: beside the outputs)')
    .option('--unplanned', 'the outputs are not of a SecurityScan: judge what is there, though nothing says what should be')
    .addHelpText('after', `
${FORMULA}

Ends with 0 if the scan is complete and within the threshold, 1 if not. An output that is missing, empty or damaged
makes the scan incomplete: it never counts as an absence of findings. A finding without a severity costs points,
and is below every threshold. The reports are written in both cases.`),
  examples: ['npx compose8s security-report reports', 'npx compose8s security-report reports --fail-on critical --min-score 70 --emitted dist/shop/prod/compose'],
  runHere({ args: [given], options }) {
    const folder = folderOf(String(given));
    const { output = folder, emitted, failOn, minScore, unplanned } = options as { readonly output?: string; readonly emitted?: string; readonly failOn: Threshold['failOn']; readonly minScore: string; readonly unplanned?: boolean };
    if (!/^\d{1,3}$/.test(minScore) || Number(minScore) > 100) throw new Misuse(`'${minScore}' is no score`, 'give a whole number from 0 to 100');
    const inputs = readInputs(folder, { isPlanned: !unplanned });
    const report = reportOf(inputs, compliance(emitted, inputs.stack), { failOn, minScore: Number(minScore) });
    makeFolder(resolve(output));
    writeFileSync(join(output, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(output, 'report.md'), markdown(report));
    writeFileSync(join(output, 'report.html'), html(report));
    for (const { file, what } of report.faults) complain(`✖ ${visible(file)}: ${visible(what)}\n`);
    say(`${summaryOf(report).map((line, i) => `${i > 0 ? '  ' : report.passed ? '✔ ' : '✖ '}${visible(line)}\n`).join('')}  → ${join(output, 'report.html')}\n`);
    return report.passed ? EXIT.ok : EXIT.problems;
  },
};

function folderOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new Misuse(`there is no folder ${path}`, 'name the one with the outputs of the scanners');
  return path;
}

function compliance(emitted: string | undefined, stack: string | undefined): Judged[] | undefined {
  // A plan is read from a folder of strangers: its stack is only followed where it looks like one.
  const folder = emitted ?? (stack && /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(stack) ? join('dist', stack, 'compose') : undefined);
  if (!folder) return undefined;
  let judged: Judged[] | undefined;
  try {
    judged = complianceOf(folder);
  } catch (error) {
    throw new Misuse(`the Compose file in ${folder} cannot be read: ${(error as Error).message.split('\n')[0]}`, 'emit it anew: npx compose8s synth');
  }
  if (!judged && emitted) throw new Misuse(`there is no Compose file with services in ${emitted}`, 'name the folder that was emitted for Compose: dist/shop/prod/compose');
  return judged;
}

/** Without what would move the cursor of a terminal. */
function visible(text: string): string {
  // eslint-disable-next-line no-control-regex -- exactly those are taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
}
