import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp, temporaryFolder } from '../../support/secrets';

const SCRIPT = join(__dirname, '../../../constructs/security-scan/image/security-scan.sh');
let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  for (const name of ['plan', 'reports', 'archives', 'cache', 'bin']) mkdirSync(join(folder, name));
  write('plan/scan.json', '{}');
  write('plan/images.txt', 'nginx-1 registry nginx:1.29\nshop-2 archive shop:1.0 shop:1.0\n');
  // Stand-ins: each writes its own arguments where it is told to.
  program('trivy', 'while [ $# -gt 0 ]; do case "$1" in --output) out=$2 ;; esac; all="${all:-} $1"; shift; done; echo "$all" > "$out"');
  for (const name of ['grype', 'syft']) program(name, 'all="$*"; for word; do case "$word" in *json=*) out=${word#*=} ;; esac; done; echo "$all" > "$out"');
  program('hadolint', 'for path; do :; done; cat "$path"');
});
afterEach(cleanUp);

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

function program(name: string, body: string): void {
  write(`bin/${name}`, `#!/bin/sh\nset -eu\n${body}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

function run(words: readonly string[], input = '', more: Readonly<Record<string, string>> = {}): { status: number | null; stdout: string; stderr: string; reports: string[] } {
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT, ...words], {
    input, encoding: 'utf8',
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, PLAN: join(folder, 'plan'), REPORTS: join(folder, 'reports'), ARCHIVES: join(folder, 'archives'), CACHE: join(folder, 'cache'), ...more },
  });
  return { status, stdout, stderr, reports: readdirSync(join(folder, 'reports')).sort() };
}

const report = (name: string) => readFileSync(join(folder, 'reports', name), 'utf8').replaceAll(folder, '');

describe('the script of the scan', () => {
  test.each([
    { scanner: 'trivy', ending: 'sarif', pulled: '--image-src remote nginx:1.29', read: '--input /archives/shop-2.tar' },
    { scanner: 'grype', ending: 'json', pulled: 'registry:nginx:1.29', read: 'docker-archive:/archives/shop-2.tar' },
    { scanner: 'syft', ending: 'spdx.json', pulled: 'registry:nginx:1.29 --source-name nginx:1.29', read: 'docker-archive:/archives/shop-2.tar --source-name shop:1.0' },
  ])('lets $scanner pull what a registry has, and read what was handed over', ({ scanner, ending, pulled, read }) => {
    write('archives/shop-2.tar', 'an image');
    const { status, reports } = run([scanner]);
    const files = [`${scanner}-nginx-1.${ending}`, `${scanner}-shop-2.${ending}`] as const;
    expect([status, reports]).toEqual([0, [...files, 'scan.json'].sort()]);
    expect(files.map(report)).toEqual([expect.stringContaining(pulled), expect.stringContaining(read)]);
  });

  test('lets Syft list packages without their files', () => {
    write('plan/images.txt', 'nginx-1 registry nginx:1.29\n');
    program('syft', 'for word; do case "$word" in *json=*) echo "$SYFT_FILE_METADATA_SELECTION $SYFT_RELATIONSHIPS_PACKAGE_FILE_OWNERSHIP" > "${word#*=}" ;; esac; done');
    expect(run(['syft']).status).toBe(0);
    expect(report('syft-nginx-1.spdx.json')).toBe('none false\n');
  });

  test('fails by name where an archive is missing, and scans the rest', () => {
    const { status, stderr, reports } = run(['grype']);
    expect([status, reports]).toEqual([1, ['grype-nginx-1.json', 'scan.json']]);
    expect(stderr).toContain('✖ shop:1.0 is in no registry, and no archive of it is here\n  fix: docker save shop:1.0 | docker compose run --rm -T receive receive shop-2');
  });

  describe('an image that its host builds, and that a registry has as well,', () => {
    beforeEach(() => write('plan/images.txt', 'shop-2 built registry.example/shop:1.0 shop:1.0\n'));

    test('is not pulled on that host: the scan fails, and says how it is handed over', () => {
      const { status, stderr, reports } = run(['grype']);
      expect([status, reports]).toEqual([1, ['scan.json']]);
      expect(stderr).toContain('✖ shop:1.0 is built on its host, and no archive of it is here\n  fix: docker save shop:1.0 | docker compose run --rm -T receive receive shop-2');
    });

    test('is scanned there as it was handed over', () => {
      write('archives/shop-2.tar', 'an image');
      expect(run(['grype']).status).toBe(0);
      expect(report('grype-shop-2.json')).toContain('docker-archive:/archives/shop-2.tar');
    });

    test('is pulled in a cluster', () => {
      expect(run(['grype'], '', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }).status).toBe(0);
      expect(report('grype-shop-2.json')).toContain('registry:registry.example/shop:1.0');
    });
  });

  test.each([{ how: 'fails half-way', body: 'for word; do case "$word" in *json=*) echo half > "${word#*=}" ;; esac; done; exit 1' }, { how: 'writes nothing', body: 'exit 0' }])('leaves no output, not even a former one, of a scanner that $how', ({ body }) => {
    write('reports/grype-nginx-1.json', 'of yesterday');
    write('reports/grype-gone-3.json', 'of an image that is gone');
    program('grype', body);
    const { status, reports } = run(['grype']);
    expect([status, reports]).toEqual([1, ['scan.json']]);
  });

  test('leaves the outputs of other scanners', () => {
    write('reports/trivy-nginx-1.sarif', 'of Trivy');
    expect(run(['hadolint']).reports).toEqual(['scan.json', 'trivy-nginx-1.sarif']);
  });

  test('lets Hadolint read each Dockerfile', () => {
    write('plan/shop-4.Dockerfile', 'FROM alpine:3.22');
    expect(run(['hadolint']).reports).toEqual(['hadolint-shop-4.sarif', 'scan.json']);
    expect(report('hadolint-shop-4.sarif')).toBe('FROM alpine:3.22');
  });

  test('takes an archive whole or not at all, and under no name that leads elsewhere', () => {
    expect(run(['receive', 'shop-2'], 'an image').status).toBe(0);
    expect(readFileSync(join(folder, 'archives/shop-2.tar'), 'utf8')).toBe('an image');
    expect(run(['receive', 'nginx-1'], '').status).toBe(1);
    expect(run(['receive', '../shop'], 'an image').status).toBe(2);
    expect(readdirSync(join(folder, 'archives'))).toEqual(['shop-2.tar']);
    expect(existsSync(join(folder, 'shop.tar'))).toBe(false);
  });

  test('prints all outputs as one archive', () => {
    write('reports/scan.json', '{}');
    write('reports/trivy-a.sarif', '{"runs":[]}');
    const { stdout } = run(['collect']);
    const listed = spawnSync('tar', ['-tz'], { input: Buffer.from(stdout, 'base64') });
    expect(listed.stdout.toString().trim().split('\n')).toEqual(['scan.json', 'trivy-a.sarif']);
  });

  test('explains itself to whoever asks for something else', () => {
    expect(run([]).status).toBe(2);
    expect(run(['nonsense']).stdout).toContain('security-scan.sh collect');
  });
});
