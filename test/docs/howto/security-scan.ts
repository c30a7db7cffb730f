import { expect } from '@jest/globals';
import { removeImage, stopShop } from './engine';
import type { HowTo } from './page';

/** The stand-ins of the scanners find one flaw, in what is handed over. Nobody knows beforehand what the real ones find. */
const isStandIn = process.env['COMPOSE8S_E2E_IMAGES'] === 'stand-in';
const GRAVE = isStandIn ? [1] : [0, 1];

const SCAN = 'dist/shop/prod-scan/compose';

/** The page's stack, and an image of its own in it. */
const OWN_IMAGE = (name: string) => `import { HealthProbes, WebService } from 'compose8s/constructs';
import { Image, Instruction } from 'compose8s';
new WebService(shop, 'web', {
  image: Image.build({
    name: '${name}', version: '1.0.0', context: __dirname + '/image', user: { uid: 10001, gid: 10001 }, tools: ['wget'],
    stages: [{ name: 'run', from: 'alpine:3.22', instructions: [Instruction.user(10001), Instruction.cmd('sleep', 'infinity')] }],
  }),
  port: 8080, probes: HealthProbes.http({ ready: '/ready' }),
});
`;

export const securityScan: HowTo = {
  page: 'docs/how-to/security-scan.md',
  prepare: async project => {
    await project.writePrograms('main.ts');
    // The page's commands are for one without a schedule.
    await project.write('main.ts', (await project.read('main.ts')).replace(/, schedule: .*?\)/, ''));
    await project.write('image/.keep', '');
    await project.shOk('npx compose8s synth');
    await project.settle(SCAN);
  },
  remove: async project => {
    await stopShop(project);
    await removeImage(`${project.name}:1.0.0`);
  },
  blocks: {
    'docker compose --profile tasks build': async follow => {
      expect((await follow(SCAN)).stdout.match(/(?<=^✔ )(trivy|grype|syft|hadolint)/gm)).toEqual(['trivy', 'grype', 'syft']);
    },
    'docker compose run --rm receive list': async (follow, project) => {
      const main = await project.read('main.ts');
      await project.write('main.ts', main.replace('new SecurityScan', `${OWN_IMAGE(project.name)}new SecurityScan`));
      await project.shOk('npx compose8s synth && npx compose8s secrets init shop/prod && docker compose --project-directory dist/shop/prod/compose build web');
      // Without the image nothing is said of it.
      expect((await project.ending('docker compose run --rm trivy', SCAN, 1)).stderr).toContain('is in no registry');
      const [, name] = /^(\S+) archive /m.exec(await project.shOk('docker compose run --rm receive list', SCAN))!;
      project.exchange('shop:1.0.0', `${project.name}:1.0.0`);
      project.exchange('shop-1-0-0-0a1b2c3d', name!);
      expect((await follow(SCAN)).stdout).toContain(`✔ ${name}`);
      await project.shOk('for scanner in trivy grype syft hadolint; do docker compose run --rm $scanner; done', SCAN);
    },
    'mkdir -p reports': async (follow, project) => {
      await follow('.', ...GRAVE);
      const { complete, findings } = JSON.parse(await project.read('reports/report.json')) as { complete: boolean; findings: readonly { id: string }[] };
      expect(complete).toBe(true);
      if (isStandIn) expect(findings.map(({ id }) => id)).toEqual(['CVE-2026-0001']);
      for (const file of ['report.html', 'report.md']) expect(await project.read(`reports/${file}`)).toContain(findings[0]?.id ?? 'shop/prod');
    },
    'npx compose8s security-report reports --fail-on critical --min-score 70': async (follow, project) => {
      await follow('.', ...(isStandIn ? [0] : GRAVE));
      await project.ending('npx compose8s security-report reports --min-score 100', '.', ...GRAVE);
      // What is missing is never taken for an absence of findings.
      await project.shOk('rm reports/grype-*');
      await follow('.', 1);
    },
    'git clone --branch v1.6.0 --depth 1 https://github.com/docker/docker-bench-security.git': 'it is fetched from GitHub, and looks at the whole host as root; test/cli/security-report reads such a log',
  },
};
