import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import type { Report } from '../../../lib/cli/security-report/report';
import { compose8s, eachInFolderOfItsOwn } from '../run-command';
import { CLEAN, FLAW, grypeJson, hadolintSarif, IMAGE, outputs, syftSpdx, trivySarif, type Vulnerable } from './outputs';

eachInFolderOfItsOwn();

/** Runs the command on a clean scan with other files in it, and reads what it has written. */
async function judge(files: Readonly<Record<string, unknown>> = {}, options = ''): Promise<{ code: number; stdout: string; stderr: string; report: Report; md: string; html: string }> {
  outputs('reports', { ...CLEAN, ...files });
  const { code, stdout, stderr } = await compose8s(`security-report reports${options}`);
  const written = (name: string) => (existsSync(`reports/${name}`) ? readFileSync(`reports/${name}`, 'utf8') : '');
  return { code, stdout, stderr, report: JSON.parse(written('report.json') || '{}') as Report, md: written('report.md'), html: written('report.html') };
}

describe('a scan that found nothing', () => {
  test('scores 100, passes, and says what was read', async () => {
    const { code, stdout, stderr, report } = await judge();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('✔ shop/prod: passed.\n  The score is 100 of 100.\n  Nothing was found, by 4 outputs of scanners.\n  The inventories list 2 packages.');
    expect(report).toMatchObject({ stack: 'shop/prod', complete: true, passed: true, score: 100, findings: [], faults: [] });
  });

  test('gives the same files for the same outputs, also where they lie there already', async () => {
    const first = await judge();
    expect(await judge()).toEqual(first);
  });
});

describe('what is missing or damaged is named, and never counts as an absence of findings:', () => {
  const WHOLE = JSON.stringify(trivySarif(IMAGE, [FLAW]));
  test.each<{ what: string; file: string; content: unknown; said: string }>([
    { what: 'an output that is not there', file: 'grype-app.json', content: undefined, said: `it is missing: grype did not scan ${IMAGE}` },
    { what: 'an empty one', file: 'trivy-app.sarif', content: '', said: 'it is empty: the scanner did not come to an end' },
    { what: 'half of one', file: 'trivy-app.sarif', content: WHOLE.slice(0, WHOLE.length / 2), said: 'it is not JSON, or only the beginning of it' },
    { what: 'an error message in its place', file: 'grype-app.json', content: 'failed to load image: token=hunter2', said: 'it is not JSON, or only the beginning of it' },
    { what: 'JSON of something else', file: 'grype-app.json', content: { ok: true }, said: 'it is of no format that is known here: SARIF, Grype JSON, SPDX JSON, CycloneDX JSON or the JSON log of Docker Bench' },
    { what: 'another scanner under its name', file: 'trivy-app.sarif', content: hadolintSarif([]), said: 'it should be the output of trivy, and is SARIF of hadolint' },
    { what: 'an inventory in place of findings', file: 'grype-app.json', content: syftSpdx(IMAGE, []), said: 'it should be the output of grype, and is SPDX of syft' },
    { what: 'SARIF without a run', file: 'trivy-app.sarif', content: { version: '2.1.0', runs: [] }, said: 'it has no run: nothing was scanned' },
    { what: 'a run without results', file: 'trivy-app.sarif', content: { runs: [{ tool: { driver: { name: 'Trivy' } }, results: null }] }, said: 'run 0 has no list of results: it did not come to an end' },
    { what: 'a run that failed by its own words', file: 'trivy-app.sarif', content: { runs: [{ tool: { driver: { name: 'Trivy' } }, invocations: [{ executionSuccessful: false }], results: [] }] }, said: 'run 0 says of itself that it failed' },
    { what: 'a result without a rule', file: 'trivy-app.sarif', content: { runs: [{ tool: { driver: { name: 'Trivy' } }, results: [{ message: { text: 'x' } }] }] }, said: 'result 0 of run 0 names no rule' },
    { what: 'matches that are no list', file: 'grype-app.json', content: { descriptor: { name: 'grype' }, matches: {} }, said: 'it has no list of matches: it did not come to an end' },
    { what: 'a match of nothing', file: 'grype-app.json', content: { descriptor: { name: 'grype' }, matches: [{ vulnerability: {} }] }, said: 'match 0 names no vulnerability or no package' },
    { what: 'SPDX without packages', file: 'syft-app.spdx.json', content: { spdxVersion: 'SPDX-2.3', creationInfo: { creators: ['Tool: syft-1.45.1'] } }, said: 'it has no list of packages' },
    { what: 'no plan', file: 'scan.json', content: undefined, said: 'it is missing: nothing says which images and scanners there should be' },
    { what: 'a plan of nothing', file: 'scan.json', content: { format: 'compose8s-scan/1', stack: 'shop/prod', outputs: [] }, said: 'it is not the plan of a scan: nothing says which images and scanners there should be' },
  ])('$what', async ({ file, content, said }) => {
    const { code, stderr, report, md, html } = await judge({ [file]: content });
    expect([code, report.complete, report.passed, report.score]).toEqual([1, false, false, null]);
    expect(report.faults).toEqual([{ file, what: said }]);
    expect(stderr).toBe(`✖ ${file}: ${said}\n`);
    for (const page of [md, html]) expect(page).toContain('There is no score');
    expect(`${JSON.stringify(report)}${md}${html}${stderr}`).not.toContain('hunter2');
  });

  test('a folder or a link in place of an output is not followed', async () => {
    outputs('.', { 'elsewhere.sarif': trivySarif(IMAGE, []) });
    outputs('reports', { 'scan.json': CLEAN['scan.json'], 'folder.json/x': '' });
    symlinkSync('../elsewhere.sarif', 'reports/trivy-app.sarif');
    const { report } = await judge({ 'trivy-app.sarif': undefined });
    expect(report.faults).toEqual([{ file: 'folder.json', what: 'it is not a plain file' }, { file: 'trivy-app.sarif', what: 'it is not a plain file' }]);
  });

  test('what else was found still counts', async () => {
    const { code, report } = await judge({ 'trivy-app.sarif': '{', 'grype-app.json': grypeJson(IMAGE, [FLAW]) }, ' --fail-on none');
    expect(code).toBe(1);
    expect(report).toMatchObject({ score: null, scoreAtMost: 95, counts: { high: 1 } });
  });

  test('an empty folder passes nothing, planned or not', async () => {
    outputs('reports', { '.keep': '' });
    const { code, stderr } = await compose8s('security-report reports --unplanned');
    expect([code, stderr]).toEqual([1, '✖ .: there is no output of any scanner here\n']);
  });
});

describe('findings', () => {
  test('of several scanners are one by number, package, version and image: the gravest severity, all fixes, the better title', async () => {
    const { report } = await judge({
      'trivy-app.sarif': trivySarif(IMAGE, [{ ...FLAW, severity: 'MEDIUM', fixed: '1.2.4-r0, 1.3.0-r0', title: 'overflow in libexample' }]),
      'grype-app.json': grypeJson(IMAGE, [{ ...FLAW, severity: 'Critical', title: '' }]),
    });
    expect(report.findings).toEqual([{
      kind: 'vulnerability', id: FLAW.id, title: 'overflow in libexample', severity: 'critical', subject: IMAGE, package: 'libexample', version: '1.2.3-r0',
      fixedIn: ['1.2.4-r0', '1.3.0-r0'], link: 'https://security.example/CVE-2026-0001', scanners: ['grype', 'trivy'], priority: 1,
    }]);
  });

  test('of an image from an archive are under its tag, and one without a title is called by its number', async () => {
    const sarif = trivySarif('/archives/app-1.tar', [{ ...FLAW, title: '' }]) as { runs: { properties: { repoTags: string[] } }[] };
    sarif.runs[0]!.properties.repoTags = [IMAGE];
    const { report } = await judge({ 'trivy-other.sarif': sarif });
    expect(report.findings).toMatchObject([{ subject: IMAGE, title: FLAW.id }]);
  });

  test.each<{ what: string; other: Vulnerable }>([
    { what: 'another number', other: { ...FLAW, id: 'CVE-2026-0002' } }, { what: 'another package', other: { ...FLAW, name: 'libother' } }, { what: 'another version', other: { ...FLAW, version: '1.2.2-r0' } },
  ])('with $what are two', async ({ other }) => {
    const { report } = await judge({ 'trivy-app.sarif': trivySarif(IMAGE, [FLAW]), 'grype-app.json': grypeJson(IMAGE, [other]) });
    expect(report.findings).toHaveLength(2);
  });

  test('of the same package in two images are two', async () => {
    const { report } = await judge({ 'trivy-app.sarif': trivySarif(IMAGE, [FLAW]), 'trivy-other.sarif': trivySarif('docker.io/library/postgres:17', [FLAW]) });
    expect(report.findings.map(({ subject }) => subject)).toEqual([IMAGE, 'postgres:17']);
  });

  test("under GitHub's number meet those under the CVE", async () => {
    const { report } = await judge({ 'trivy-app.sarif': trivySarif(IMAGE, [FLAW]), 'grype-app.json': grypeJson(IMAGE, [{ ...FLAW, id: 'GHSA-aaaa-bbbb-cccc', cve: FLAW.id, severity: 'High' }]) });
    expect(report.findings).toMatchObject([{ id: FLAW.id, scanners: ['grype', 'trivy'] }]);
  });

  test.each([
    { number: 'the CVE', own: 'CVE-2026-0003' }, { number: 'the number of the Go vulnerability database', own: 'GO-2026-0003' },
  ])("of Go's standard library, under $number, are one, however the scanners write its version", async ({ own }) => {
    const flaw = { ...FLAW, id: 'CVE-2026-0003', name: 'stdlib', fixed: '1.26.4' };
    const { report } = await judge({
      'trivy-app.sarif': trivySarif(IMAGE, [{ ...flaw, version: 'v1.26.3' }]),
      'grype-app.json': grypeJson(IMAGE, [{ ...flaw, id: own, cve: flaw.id, version: 'go1.26.3' }]),
    });
    expect(report.findings).toMatchObject([{ id: 'CVE-2026-0003', package: 'stdlib', fixedIn: ['1.26.4'], scanners: ['grype', 'trivy'] }]);
  });

  test('come by priority: what is grave and can be mended before what cannot', async () => {
    const flaw = (number: number, severity: string, fixed?: string): Vulnerable => ({ ...FLAW, id: `CVE-2026-000${number}`, severity, fixed });
    const { report } = await judge({ 'trivy-app.sarif': trivySarif(IMAGE, [flaw(1, 'LOW', '2'), flaw(2, 'MEDIUM', '2'), flaw(3, 'HIGH'), flaw(4, 'HIGH', '2'), flaw(5, 'CRITICAL'), flaw(6, 'MEDIUM')]) });
    expect(report.findings.map(({ id, priority }) => `${priority} ${id.at(-1)}`)).toEqual(['1 5', '2 4', '3 3', '3 2', '4 6', '4 1']);
  });

  test('of Hadolint are of the Dockerfile, with their line, and none is graver than medium', async () => {
    const { report } = await judge({ 'hadolint-app.sarif': hadolintSarif([{ id: 'DL3002', level: 'error', line: 4 }, { id: 'DL3008', level: 'warning', line: 2 }, { id: 'DL3008', level: 'warning', line: 9 }]) });
    expect(report.findings.map(({ id, severity, subject, where }) => [id, severity, subject, where])).toEqual([
      ['DL3002', 'medium', 'images/app/Dockerfile', 'line 4'], ['DL3008', 'low', 'images/app/Dockerfile', 'line 2'], ['DL3008', 'low', 'images/app/Dockerfile', 'line 9'],
    ]);
  });

  test('that are secrets are seen to now, and what was matched is not repeated', async () => {
    const secret = { tool: { driver: { name: 'Trivy', rules: [{ id: 'aws-access-key-id', name: 'Secret', shortDescription: { text: 'AWS Access Key ID' } }] } }, results: [{ ruleId: 'aws-access-key-id', level: 'error', message: { text: 'Artifact: /app/.env\nType: \nSecret AWS Access Key ID\nSeverity: HIGH\nMatch: KEY=canary-value' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'app/.env' }, region: { startLine: 3 } } }] }] };
    const { report, md, html } = await judge({ 'trivy-app.sarif': { runs: [secret] } });
    expect(report.findings).toMatchObject([{ kind: 'secret', priority: 1, title: 'AWS Access Key ID', where: 'app/.env:3' }]);
    expect(`${JSON.stringify(report)}${md}${html}`).not.toContain('canary-value');
  });

  test('of a Docker Bench that somebody ran on the host are read from its JSON log', async () => {
    const log = { dockerbenchsecurity: '1.6.0', start: 1, tests: [{ id: '2', desc: 'Docker daemon configuration', results: [{ id: '2.2', desc: 'traffic between containers is restricted', result: 'WARN' }, { id: '2.3', desc: 'the log level is info', result: 'PASS' }] }] };
    const { report } = await judge({ 'docker-bench.json': log });
    expect(report.findings).toMatchObject([{ id: 'CIS 2.2', subject: 'the Docker host', severity: 'medium' }]);
  });

  test('inventories are counted in SPDX and CycloneDX', async () => {
    const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { tools: { components: [{ type: 'application', name: 'syft' }] }, component: { type: 'container', name: IMAGE } }, components: [{ type: 'library', name: 'a' }, { type: 'file', name: '/a' }] };
    const { report } = await judge({ 'syft-app.cdx.json': bom });
    expect(report.sources.filter(({ scanner }) => scanner === 'syft').map(({ packages }) => packages)).toEqual([1, 2]);
  });
});

describe('the threshold', () => {
  test.each([
    { severity: 'HIGH', options: '', code: 1 }, { severity: 'MEDIUM', options: '', code: 0 }, { severity: 'CRITICAL', options: ' --fail-on critical', code: 1 }, { severity: 'HIGH', options: ' --fail-on critical', code: 0 },
    { severity: 'LOW', options: ' --fail-on low', code: 1 }, { severity: 'CRITICAL', options: ' --fail-on none', code: 0 }, { severity: 'CRITICAL', options: ' --fail-on none --min-score 81', code: 1 }, { severity: 'CRITICAL', options: ' --fail-on none --min-score 80', code: 0 },
  ])('$options ends with $code for a $severity finding', async ({ severity, options, code }) => {
    expect((await judge({ 'trivy-app.sarif': trivySarif(IMAGE, [{ ...FLAW, severity }]) }, options)).code).toBe(code);
  });

  test('takes off at most what a severity may cost', async () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ ...FLAW, id: `CVE-2026-${1000 + i}` }));
    const { report } = await judge({ 'trivy-app.sarif': trivySarif(IMAGE, many) });
    expect([report.score, report.deductions]).toEqual([60, [{ what: '100 high', points: 40 }]]);
  });

  test.each([
    { line: 'security-report nowhere', said: 'there is no folder nowhere' },
    { line: 'security-report . --min-score 101', said: "'101' is no score" },
    { line: 'security-report . --fail-on grave', said: 'Allowed choices are critical, high, medium, low, none' },
    { line: 'security-report . --emitted .', said: 'there is no Compose file with services in .' },
  ])('$line is refused', async ({ line, said }) => {
    const { code, stderr } = await compose8s(line);
    expect(code).toBe(2);
    if (!line.includes('grave')) expect(stderr).toContain(said);
  });
});

describe('hostile outputs', () => {
  const EVIL = `"><img src=x onerror=alert(1)><script>alert('x')</script> | [click](javascript:alert(1)) ![x](http://evil.example/x)`;
  const evil = { ...FLAW, title: EVIL, name: 'lib<b>', fixed: '<i>1</i>' };

  test('are text in the page, which runs nothing and asks for nothing', async () => {
    const { html } = await judge({ 'trivy-app.sarif': trivySarif(IMAGE, [evil]) });
    expect(html).not.toMatch(/<(img|script|b|i)[\s>]/);
    expect(html).toContain('&#60;script&#62;');
    expect(html).toContain(`content="default-src 'none'`);
    expect(html.replace(/<a href="https:[^"]*" rel="noopener noreferrer">/g, '')).not.toMatch(/(src|href)="(?!#findings|data:,)/);
  });

  test('make no link, image, tag or cell of Markdown', async () => {
    const { md } = await judge({ 'trivy-app.sarif': trivySarif(IMAGE, [evil]) });
    const row = md.split('\n').find(line => line.includes('CVE-2026-0001'))!;
    expect(row.replace(/\\./g, '')).not.toMatch(/[<[\]!]/);
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(8);
  });

  test('get no link that is not a page', async () => {
    const sarif = trivySarif(IMAGE, [FLAW]) as { runs: { tool: { driver: { rules: { helpUri: string }[] } } }[] };
    sarif.runs[0]!.tool.driver.rules[0]!.helpUri = 'javascript:alert(1)';
    const { report } = await judge({ 'trivy-app.sarif': sarif });
    expect(report.findings[0]!.link).toBeUndefined();
  });

  test('do not move the cursor of a terminal, and a stack of the plan leads nowhere else', async () => {
    const plan = { ...CLEAN['scan.json'] as object, stack: '../../etc\u001b[2J' };
    const { code, stdout } = await judge({ 'scan.json': plan });
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b[2J');
  });

  test('with names of prototypes are names', async () => {
    const { report } = await judge({ 'trivy-app.sarif': trivySarif(IMAGE, [{ ...FLAW, id: '__proto__', name: 'constructor', severity: 'toString' }]) });
    expect(report.findings).toMatchObject([{ id: '__proto__', package: 'constructor', severity: 'unknown' }]);
  });
});

test('a hundred thousand findings are read in seconds; people see the gravest, programs see all', async () => {
  const many = Array.from({ length: 100_000 }, (_, i) => ({ ...FLAW, id: `CVE-2026-${i}`, severity: 'Low' }));
  const started = Date.now();
  const { report, md, html } = await judge({ 'grype-app.json': grypeJson(IMAGE, [...many, { ...FLAW, id: 'CVE-2025-9', severity: 'Critical' }]) });
  expect(Date.now() - started).toBeLessThan(20_000);
  expect(report.findings).toHaveLength(100_001);
  for (const page of [md, html]) {
    expect(page).toContain('CVE-2025-9');
    expect(page).toMatch(/99501 more are in/);
    expect(page.length).toBeLessThan(1_000_000);
  }
});
