import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systems } from '../../apps';
import { PythonImage, SecurityScan, streamlit } from '../../constructs';
import { App, Compose, Cron, Duration, Kubernetes, Stack, synthesize, Volume, Workload, type Run } from '../../lib';
import { canCheck, missing } from '../support/here';
import { temporaryFolder } from '../support/run';
import { IMAGE, service, textOf } from '../support/stacks';

const NIGHTLY: Run = { kind: 'schedule', cron: Cron.daily('02:30'), deadline: Duration.hours(1) };

/** Every way in which a Dockerfile comes to be: from sources, on top of an image from a registry, with a cron runner, and the library's own. */
function everything(app: App): void {
  systems(app);
  const shop = new Stack(app, 'shop', 'dev', { targets: [new Compose(), new Kubernetes()] });
  const image = (name: string, props: Partial<ConstructorParameters<typeof PythonImage>[0]>) => new PythonImage({ name, version: '1.0', context: __dirname, port: 8080, command: streamlit({ script: 'shop.py' }), ...props });
  service(shop, 'web', { image: image('shop', { packages: { builder: ['gcc'], runtime: ['curl'], development: ['git'] }, developmentRequirements: 'development.txt', folders: ['/srv/media'], labels: { description: 'It "sells"' } }).development });
  service(shop, 'api', { image: image('api', { installer: 'uv', entrypoint: ['/app/start'] }).production });
  new Workload(shop, 'report', { image: image('reports', {}).production, command: ['report'], runs: NIGHTLY });
  new Workload(shop, 'sweep', { image: IMAGE, command: ['sweep'], runs: NIGHTLY });
  service(shop, 'store', { mounts: [{ volume: new Volume(shop, 'data', { size: '1Gi' }), path: '/var/lib/store' }] });
  new SecurityScan(app, 'scan', { of: shop });
}

/** The Dockerfiles of an app, each once, by the path where it is emitted first. */
function dockerfiles(): ReadonlyMap<string, string> {
  const app = new App();
  everything(app);
  const { emissions, problems } = synthesize(app);
  expect(problems).toEqual([]);
  const texts = emissions.flatMap(({ graph, target, files }) => [...files].flatMap(([path, file]) => (path.endsWith('/Dockerfile') && 'text' in file ? [[file.text, `${graph.stack.node.path}/${target.name}/${path}`] as const] : [])));
  return new Map([...new Map(texts.reverse())].map(([text, path]) => [path, text]));
}

test('the check of an image asks the service that runs its own command, whichever comes first', () => {
  const app = new App();
  const stack = new Stack(app, 'shop', 'dev', { targets: [new Compose(), new Kubernetes()] });
  const image = new PythonImage({ name: 'shop', version: '1.0', context: __dirname, port: 8080, command: streamlit({ script: 'shop.py' }) }).production;
  service(stack, 'agent', { image, command: ['agent'], ports: { http: { number: 9090 } } });
  service(stack, 'web', { image });
  const texts = synthesize(app).emissions.map(({ files }) => textOf(files, 'images/shop/Dockerfile'));
  expect(texts).toHaveLength(2);
  for (const file of texts) expect(/^HEALTHCHECK .*\n(.*)$/m.exec(file)![1]).toContain("'127.0.0.1', 8080");
});

if (canCheck('hadolint finds nothing in any emitted Dockerfile', missing('hadolint'))) {
  test('hadolint finds nothing in any emitted Dockerfile', () => {
    const folder = temporaryFolder();
    const all = [...dockerfiles()];
    expect(all.length).toBeGreaterThan(7);
    const found = all.flatMap(([path, text]) => {
      const file = join(folder, 'Dockerfile');
      writeFileSync(file, text);
      const { status, stdout, stderr } = spawnSync('hadolint', ['--no-color', '--failure-threshold', 'style', file], { encoding: 'utf8' });
      return status === 0 && stdout + stderr === '' ? [] : [`${path}\n${stdout}${stderr}`];
    });
    expect(found).toEqual([]);
  });
}
