import { afterEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systems } from '../../apps';
import { App, Compose, Kubernetes, Stack, synthesize } from '../../lib';
import { contentOf } from '../../lib/core/output';
import type { ScanPlan } from '../../lib/core/scan-plan';
import { Template } from 'compose8s/testing';
import 'compose8s/testing/jest';
import { cleanUp, temporaryFolder } from '../support/secrets';

const app = new App();
systems(app);
const stacks = app.node.findAll().filter(Stack.isStack);
const stackOf = (path: string) => stacks.find(({ node }) => node.path === path)!;

const SYSTEMS = [
  { system: 'agent-platform', images: ['agent-platform'] },
  { system: 'catalyst', images: ['catalyst'] },
  { system: 'cedrus', images: ['cedrus'] },
  { system: 'graphmemory', images: ['graphmemory-analytics', 'graphmemory-api', 'graphmemory-dashboard'] },
  { system: 'guardian', images: ['guardian'] },
];
const SCANNERS = ['trivy', 'grype', 'syft', 'hadolint'] as const;

test('the systems with their scans have no problems', () => {
  expect(synthesize(app).problems).toEqual([]);
});

test('every production is scanned, and nothing else is', () => {
  const scans = stacks.map(({ node }) => node.path).filter(path => path.endsWith('-scan'));
  expect(scans.sort()).toEqual(SYSTEMS.map(({ system }) => `${system}/prod-scan`));
});

describe.each(SYSTEMS)('the scan beside $system', ({ system, images }) => {
  const [production, scan] = [stackOf(`${system}/prod`), stackOf(`${system}/prod-scan`)];
  const [running, scanning] = [Template.of(production, new Compose()), Template.of(scan, new Compose())];
  const plan = JSON.parse(scanning.file('config/plan/scan.json')) as ScanPlan;
  const services = running.resources.filter(({ kind }) => kind === 'services').map(({ name, body }) => ({ name, image: (body as { image: string }).image }));

  test('looks at every image that production runs, and at every Dockerfile', () => {
    const ours = new RegExp(`^(${images.join('|')}):`);
    // Of an image that Compose makes by itself, that on which it is made.
    const imageOf = (image: string) => {
      const name = new RegExp(`^${system}-prod-(.+):`).exec(image)?.[1];
      return name === undefined ? image.replace(ours, 'registry.example/$&') : [...running.file(`images/${name}/Dockerfile`).matchAll(/^FROM (\S+)/gm)].at(-1)![1];
    };
    const wanted = new Set(services.map(({ image }) => imageOf(image)));
    expect(plan.stack).toBe(`${system}/prod`);
    expect(plan.images.map(({ reference }) => reference).sort()).toEqual([...wanted].sort());
    // The host of the Compose project builds these itself.
    expect(plan.images.map(({ from }) => from)).toEqual(plan.images.map(({ reference }) => (reference.startsWith('registry.example/') ? 'built' : 'registry')));
    const names = new Set(services.map(({ image }) => image));
    expect(plan.images.filter(({ from, local }) => from === 'built' && !names.has(local))).toEqual([]);
    expect(plan.dockerfiles.map(({ image }) => image).sort()).toEqual(images);
  });

  test('by Trivy (SARIF), Grype, Syft (SBOM) and Hadolint, each of which must leave an output for each', () => {
    const count = (scanner: string) => plan.outputs.filter(output => output.scanner === scanner).length;
    expect(Object.fromEntries(SCANNERS.map(scanner => [scanner, count(scanner)]))).toEqual({ trivy: plan.images.length, grype: plan.images.length, syft: plan.images.length, hadolint: images.length });
    expect(plan.outputs.filter(({ scanner }) => scanner === 'trivy').every(({ file }) => file.endsWith('.sarif'))).toBe(true);
    expect(plan.outputs.filter(({ scanner }) => scanner === 'syft').every(({ file }) => file.endsWith('.spdx.json'))).toBe(true);
  });

  test('is in no part of the stack that it looks at', () => {
    for (const { name } of services) expect(SCANNERS).not.toContain(name);
  });
});

describe('of a scan', () => {
  afterEach(cleanUp);
  const scan = stackOf('graphmemory/prod-scan');
  const [compose, cluster] = [Template.of(scan, new Compose()), Template.of(scan, new Kubernetes({ registry: 'registry.example' }))];

  test.each(SCANNERS)('%s runs by night, on both targets', scanner => {
    expect(compose.file(`config/${scanner}-schedule/crontab`)).toContain('0 4 * * * ');
    expect(scan).toHaveResource('CronJob', scanner, { spec: { schedule: '0 4 * * *' } });
  });

  test('the script leaves every output of the plan, and fails for those whose scanner fails', () => {
    const plan = JSON.parse(compose.file('config/plan/scan.json')) as ScanPlan;
    const folder = temporaryFolder();
    const place = (path: string, text: string, mode = 0o644) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text, { mode });
    };
    for (const name of ['reports', 'archives', 'cache']) mkdirSync(join(folder, name));
    for (const [path, file] of compose.emission.files) if ('text' in file && path.startsWith('config/plan/')) place(path, file.text);
    const script = contentOf(compose.emission.files.get('images/security-scan/security-scan.sh')!).toString();
    place('security-scan.sh', script);
    // Stand-ins: each writes to the file that it is told, or fails for Redis.
    const failing = 'case "$*" in *redis:7-alpine*) exit 1 ;; esac';
    place('bin/trivy', `#!/bin/sh\n${failing}\nwhile [ $# -gt 0 ]; do case "$1" in --output) echo '{}' > "$2" ;; esac; shift; done\n`, 0o755);
    for (const name of ['grype', 'syft']) place(`bin/${name}`, `#!/bin/sh\n${failing}\nfor word; do case "$word" in *json=*) echo '{}' > "\${word#*=}" ;; esac; done\n`, 0o755);
    place('bin/hadolint', '#!/bin/sh\nfor path; do :; done; cat "$path"\n', 0o755);
    // In a cluster, where everything is pulled.
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', PATH: `${join(folder, 'bin')}:${process.env.PATH}`, PLAN: join(folder, 'config/plan'), REPORTS: join(folder, 'reports'), ARCHIVES: join(folder, 'archives'), CACHE: join(folder, 'cache') };
    const codes = SCANNERS.map(scanner => spawnSync('sh', [join(folder, 'security-scan.sh'), scanner], { env }).status);
    expect(codes).toEqual([1, 1, 1, 0]);
    const left = readdirSync(env.REPORTS).filter(name => name !== 'scan.json');
    expect(left.sort()).toEqual(plan.outputs.filter(({ subject }) => subject !== 'redis:7-alpine').map(({ file }) => file).sort());
  });

  test.each([{ target: 'Compose', template: compose }, { target: 'Kubernetes', template: cluster }])('all that is emitted for $target', ({ template }) => {
    expect(template).toMatchSnapshot();
  });
});
