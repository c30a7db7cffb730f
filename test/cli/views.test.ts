import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { ApiObject } from 'cdk8s';
import { Compose, Cron, Image, Instruction, Kubernetes, Probe, Duration, Route, Secret, Stack, Workload, App } from '../../lib';
import { compose8s, eachInFolderOfItsOwn } from './run-command';

eachInFolderOfItsOwn();

/** A web server that one target says differently. */
function site(): App {
  const app = new App();
  for (const environment of ['dev', 'prod']) {
    const stack = new Stack(app, 'site', environment, { targets: [new Compose({ host: environment }), new Kubernetes()] });
    const web = new Workload(stack, 'web', {
      image: Image.registry('nginx:1.29-alpine', { user: { uid: 101, gid: 101 }, tools: ['curl'] }),
      ports: { http: 8080 }, runs: { kind: 'service', replicas: environment === 'prod' ? 3 : 1, restart: 'always' },
      probes: { ready: Probe.http('/ready'), alive: Probe.http('/alive'), startup: Duration.seconds(30) },
    });
    new Route(stack, 'in', { to: web.endpoint('http'), published: 80, reach: 'public', protocol: 'http' });
  }
  return app;
}

function broken(): App {
  const app = new App();
  new Secret(new Stack(app, 'site', 'dev', { targets: [new Compose()] }), 'bad', { keys: ['NOT A KEY'] });
  return app;
}

describe('list', () => {
  test('shows workloads, images and published ports to people', async () => {
    expect(await compose8s('list --environment prod', site)).toEqual({
      code: 0, stderr: '',
      stdout: 'site/prod  (compose, kubernetes)\n  WORKLOAD  RUNS         IMAGE              PORTS  PUBLISHED\n  web       service × 3  nginx:1.29-alpine  8080   80\n',
    });
  });

  test('and to programs', async () => {
    const { stdout } = await compose8s('list site --target compose --json', site);
    expect(JSON.parse(stdout)).toMatchObject([
      { stack: 'site/dev', targets: ['compose'], images: [{ image: 'nginx:1.29-alpine', built: false, targets: ['compose'] }], workloads: [{ name: 'web', images: [{ image: 'nginx:1.29-alpine', built: false, targets: ['compose'] }], ports: [{ name: 'http', number: 8080, protocol: 'tcp' }], published: [{ port: 'http', published: 80, reach: 'public' }] }] },
      { stack: 'site/prod' },
    ]);
  });
});

describe('the images of list are those that run', () => {
  const NODE = Image.registry('node:24-alpine', { user: { uid: 1000, gid: 1000 }, tools: ['node', 'shell'] });

  /** What a host builds and a cluster pulls, by hand, by the clock, inside the pods of others, and by an object of the team's own. */
  function shop(): App {
    const app = new App();
    const stack = new Stack(app, 'shop', 'prod', { targets: [new Compose({ registry: 'registry.example/team' }), new Kubernetes({ registry: 'registry.example/team' })] });
    const image = Image.build({ name: 'shop', version: '1.0', context: __dirname, ignore: ['**'], user: { uid: 1000, gid: 1000 }, tools: ['node'], stages: [{ name: 'run', from: 'node:24-alpine', instructions: [Instruction.user(1000)] }] });
    const migrate = new Workload(stack, 'migrate', { image, command: ['migrate'], runs: { kind: 'release', check: undefined } });
    new Workload(stack, 'web', { image: NODE, ports: { http: 8080 }, probes: { ready: Probe.http('/ready'), startup: Duration.seconds(30) }, after: [migrate] });
    new Workload(stack, 'report', { image: NODE, command: ['report'], runs: { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.minutes(5) } });
    new ApiObject(stack, 'agent', { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { template: { spec: { containers: [{ name: 'agent', image: 'agent:2.0' }] } } } });
    return app;
  }

  interface Running { readonly image: string; readonly built: boolean; readonly targets: readonly string[] }
  const listed = async (line: string) => (JSON.parse((await compose8s(`list ${line} --json`, shop)).stdout) as [{ readonly images: Running[]; readonly workloads: { readonly name: string; readonly images: Running[] }[] }])[0];
  const made = expect.stringMatching(/^registry\.example\/team\/shop-prod-node-24-alpine-1000:[0-9a-f]+$/);

  test('for each workload, by target', async () => {
    const { workloads } = await listed('shop/prod');
    expect(Object.fromEntries(workloads.map(({ name, images }) => [name, images]))).toEqual({
      migrate: [{ image: 'registry.example/team/shop:1.0', built: true, targets: ['compose', 'kubernetes'] }],
      web: [{ image: 'node:24-alpine', built: false, targets: ['compose', 'kubernetes'] }],
      report: [{ image: made, built: true, targets: ['compose'] }, { image: 'node:24-alpine', built: false, targets: ['kubernetes'] }],
    });
  });

  test.each([
    ['compose', ['registry.example/team/shop:1.0', 'node:24-alpine', made]],
    ['kubernetes', ['registry.example/team/shop:1.0', 'node:24-alpine', 'agent:2.0']],
  ])('all together, for scanners: %s', async (target, expected) => {
    expect((await listed(`--target ${target}`)).images.map(({ image }) => image)).toEqual(expected);
  });

  test('for people, with the targets where these differ', async () => {
    const { stdout } = await compose8s('list', shop);
    expect(stdout).toMatch(/^ {2}migrate +release +registry\.example\/team\/shop:1\.0 \(built\)$/m);
    expect(stdout).toMatch(/^ {2}report +schedule .+ registry\.example\/team\/shop-prod-node-24-alpine-1000:\w+ \(built, compose\)\n +node:24-alpine \(kubernetes\)$/m);
  });
});

describe('list --names', () => {
  test('has each stack on a line', async () => {
    expect(await compose8s('list --names', site)).toEqual({ code: 0, stderr: '', stdout: 'site/dev\nsite/prod\n' });
    expect(await compose8s('list site --names --environment prod', site)).toMatchObject({ code: 0, stdout: 'site/prod\n' });
  });

  test('answers even where something is wrong with the stacks', async () => {
    expect(await compose8s('list', broken)).toMatchObject({ code: 1, stdout: '' });
    expect(await compose8s('list --names', broken)).toEqual({ code: 0, stderr: '', stdout: 'site/dev\n' });
  });

  test('is not JSON', async () => {
    expect(await compose8s('list --names --json', site)).toMatchObject({ code: 2, stderr: expect.stringContaining("option '--names' cannot be used with option '--json'") });
  });
});

describe('validate', () => {
  test('writes nothing', async () => {
    expect(await compose8s('validate', site)).toEqual({ code: 0, stdout: '✔ 2 stacks, emitted 4 times: no problem\n', stderr: '' });
    expect(existsSync('dist')).toBe(false);
  });

  test('counts notes as problems when it is to be strict', async () => {
    expect(await compose8s('validate --strict', site)).toMatchObject({ code: 1, stderr: expect.stringContaining('✖ compose does not express probes.alive exactly') });
  });

  test('answers programs in JSON, with the same exit code', async () => {
    const { code, stdout } = await compose8s('validate --json', broken);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, stacks: ['site/dev'], problems: [{ at: 'site/dev/bad' }] });
  });
});

describe('parity', () => {
  test.each([
    ['table', /^site\/dev\n.*TARGET +OUTCOME +FIELD +OF\n {2}compose +left-out +probes.alive +web\n {6}Docker has one health check/m],
    ['markdown', /^# Parity of site\/dev\n[^]*\| `probes.alive` \| left-out \|/],
    ['json', /^\[\n {2}\{\n {4}"stack": "site\/dev",\n {4}"targets": \[\n {6}"compose",/],
  ])('as %s', async (format, expected) => {
    expect(await compose8s(`parity site/dev --format ${format}`, site)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(expected) });
  });

  test('--json is short for the format of programs', async () => {
    expect(await compose8s('parity site/dev --json', site)).toEqual(await compose8s('parity site/dev --format json', site));
  });

  test('its help has a word for each outcome and decision', async () => {
    const { stdout } = await compose8s('parity --help');
    for (const word of ['approximated', 'left-out', 'loosened', 'default', 'accepted']) expect(stdout).toMatch(new RegExp(`^ {2}${word} +\\w`, 'm'));
  });

  test('knows three formats', async () => {
    expect(await compose8s('parity --format yaml', site)).toMatchObject({ code: 2, stderr: expect.stringContaining('Allowed choices are table, json, markdown.') });
  });
});
