import { describe, expect, test } from '@jest/globals';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../../lib/cli/security-report/report';
import { compose8s, eachInFolderOfItsOwn } from '../run-command';
import { outputs } from './outputs';

eachInFolderOfItsOwn();

/** What real scanners have written: `real/README.md` says how. */
const REAL = join(__dirname, 'real');

/** The report on some of them, by the names that they have in a scan; without a plan where none is given. */
async function judge(files: Readonly<Record<string, string>>, plan?: object): Promise<Report> {
  mkdirSync('reports');
  for (const [name, file] of Object.entries(files)) cpSync(join(REAL, file), join('reports', name));
  if (plan) outputs('reports', { 'scan.json': plan });
  await compose8s(`security-report reports${plan ? '' : ' --unplanned'}`);
  return JSON.parse(readFileSync('reports/report.json', 'utf8')) as Report;
}

test('every one of them is read here', () => {
  const text = readFileSync(__filename, 'utf8');
  for (const file of readdirSync(REAL).filter(name => name !== 'README.md')) expect([file, text.includes(`'${file}'`)]).toEqual([file, true]);
});

describe('Syft', () => {
  test('lists the same packages in SPDX and in CycloneDX, and names the image by its reference', async () => {
    const { complete, sources, faults } = await judge({ 'a.spdx.json': 'syft.spdx.json', 'b.cdx.json': 'syft.cdx.json' });
    expect({ complete, faults }).toEqual({ complete: true, faults: [] });
    expect(sources.map(({ scanner, subject, packages }) => ({ scanner, subject, packages }))).toEqual(Array(2).fill({ scanner: 'syft', subject: 'cedrus:1.0.0', packages: 25 }));
  });
});

describe('Trivy', () => {
  test('is read with the package, its version and the fix of each vulnerability, under the tag of the image', async () => {
    const { complete, sources, counts, findings } = await judge({ 'a.sarif': 'trivy.sarif' });
    expect({ complete, sources: sources.map(({ scanner, subject }) => ({ scanner, subject })) }).toEqual({ complete: true, sources: [{ scanner: 'trivy', subject: 'careless:1.0' }] });
    expect(counts).toEqual({ critical: 1, high: 2, medium: 2, low: 2, unknown: 0 });
    expect(findings.map(({ priority, severity, id, package: name, version, fixedIn }) => [priority, severity, id, name, version, fixedIn.join()])).toEqual([
      [1, 'critical', 'aws-access-key-id', undefined, undefined, ''],
      [2, 'high', 'CVE-2022-40897', 'setuptools', '60.0.0', '65.5.1'], [2, 'high', 'CVE-2019-14806', 'werkzeug', '0.14.1', '0.15.3'],
      [3, 'medium', 'CVE-2019-5094', 'e2fsprogs', '1.43.4-2', '1.43.4-2+deb9u1'], [4, 'medium', 'CVE-2019-1551', 'openssl', '1.1.0k-1~deb9u1', ''],
      [4, 'low', 'CVE-2019-18276', 'bash', '4.4-5', ''], [4, 'low', 'CVE-2019-1563', 'openssl', '1.1.0k-1~deb9u1', '1.1.0l-1~deb9u1'],
    ]);
  });

  test('says of a secret where it is, and nothing of what it is', async () => {
    const { findings } = await judge({ 'a.sarif': 'trivy.sarif' });
    expect(findings[0]).toMatchObject({ kind: 'secret', title: 'AWS Access Key ID', where: '/srv/app/deploy.env:1' });
    expect(readFileSync('reports/report.json', 'utf8') + readFileSync('reports/report.html', 'utf8')).not.toContain('AWS_ACCESS_KEY_ID');
  });

  test('of manifests and Dockerfiles, which some other job has run, is read with the file and the line', async () => {
    const { complete, findings } = await judge({ 'a.sarif': 'trivy-config.sarif' });
    expect(complete).toBe(true);
    expect(findings.map(({ severity, id, subject, where }) => [severity, id, subject, where])).toContainEqual(['low', 'DS-0026', 'compose/images/postgres-16-alpine-70/Dockerfile', 'line 1']);
    expect(findings.find(({ id }) => id === 'KSV-0020')).toMatchObject({ title: 'Runs with UID <= 10000', link: 'https://avd.aquasec.com/misconfig/ksv-0020' });
  });
});

describe('Grype', () => {
  test('is read with the CVE in place of its own number, and what nobody will mend', async () => {
    const { complete, findings } = await judge({ 'a.json': 'grype.json' });
    expect(complete).toBe(true);
    expect(findings.map(({ severity, id, package: name, subject, fixedIn }) => [severity, id, name, subject, fixedIn.join()])).toEqual([
      ['high', 'CVE-2022-40897', 'setuptools', 'careless:1.0', '65.5.1'], ['high', 'CVE-2019-14806', 'werkzeug', 'careless:1.0', '0.15.3'],
      ['medium', 'CVE-2019-5094', 'e2fsprogs', 'careless:1.0', '1.43.4-2+deb9u1'],
      ['low', 'CVE-2019-18276', 'bash', 'careless:1.0', ''], ['low', 'CVE-2019-1563', 'openssl', 'careless:1.0', '1.1.0l-1~deb9u1'],
    ]);
  });

  test('and Trivy, each from its own database, have found the same: what both have seen is there once', async () => {
    const { findings } = await judge({ 'a.json': 'grype.json', 'b.sarif': 'trivy.sarif' });
    const seen = (by: string) => findings.filter(({ scanners }) => scanners.join() === by).map(({ id }) => id);
    expect(seen('grype,trivy').sort()).toEqual(['CVE-2019-14806', 'CVE-2019-1563', 'CVE-2019-18276', 'CVE-2019-5094', 'CVE-2022-40897']);
    expect([seen('trivy').sort(), seen('grype')]).toEqual([['CVE-2019-1551', 'aws-access-key-id'], []]);
    expect(findings.find(({ id }) => id === 'CVE-2019-1563')?.title).toBe('openssl: information disclosure in PKCS7_dataDecode and CMS_decrypt_set1_pkey');
  });
});

describe('Hadolint', () => {
  const plan = { format: 'compose8s-scan/1', stack: 'shop/prod', images: [], dockerfiles: [], outputs: [{ scanner: 'hadolint', file: 'hadolint-app.sarif', subject: 'images/app/Dockerfile' }] };

  test('is read with the line of the Dockerfile that was emitted, what it says, and the page that explains the rule', async () => {
    const { complete, counts, findings } = await judge({ 'hadolint-app.sarif': 'hadolint.sarif' }, plan);
    expect({ complete, counts }).toEqual({ complete: true, counts: { critical: 0, high: 0, medium: 4, low: 8, unknown: 0 } });
    expect(findings.find(({ id }) => id === 'DL3004')).toEqual({
      kind: 'dockerfile', id: 'DL3004', title: 'Do not use sudo as it leads to unpredictable behavior. Use a tool like gosu to enforce root', severity: 'medium', priority: 4,
      subject: 'images/app/Dockerfile', where: 'line 3', link: 'https://github.com/hadolint/hadolint/wiki/DL3004', fixedIn: [], scanners: ['hadolint'],
    });
  });

  test('that could not read a Dockerfile has not looked at it', async () => {
    const { complete, findings, faults } = await judge({ 'hadolint-app.sarif': 'hadolint-unreadable.sarif' }, plan);
    expect({ complete, findings }).toEqual({ complete: false, findings: [] });
    expect(faults).toEqual([{ file: 'hadolint-app.sarif', what: 'the Dockerfile could not be read, and so was not looked at: missing whitespace' }]);
  });
});
