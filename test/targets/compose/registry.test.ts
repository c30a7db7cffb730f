import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { Compose, Cron, Duration, Image, Instruction, Kubernetes, Secret, synthesize, Volume, Workload, type BuildProps, type Stack } from '../../../lib';
import { diff } from '../../../lib/core/diff';
import { contentOf } from '../../../lib/core/output';
import { composeErrors } from '../../support/compose-schema';
import { IMAGE, service, shop, textOf } from '../../support/stacks';

const image = (props: Partial<BuildProps> = {}) => Image.build({
  name: 'web', version: '1.0', context: __dirname, user: { uid: 1000, gid: 1000 }, tools: ['curl', 'shell'],
  stages: [{ name: 'production', from: 'alpine:3.22', instructions: [Instruction.user(1000)] }], ...props,
});
const built = image();
const SCHEDULE = { kind: 'schedule', cron: Cron.daily('02:00'), deadline: Duration.hours(1) } as const;

/** A service that is built, another of the same image that is scheduled, one around an image from a registry, one as it is. */
function system(stack: Stack): void {
  service(stack, 'web', { image: built, env: { KEY: new Secret(stack, 'own', { keys: ['key'] }).key('key') } });
  new Workload(stack, 'report', { image: built, command: ['report'], runs: SCHEDULE });
  service(stack, 'store', { mounts: [{ volume: new Volume(stack, 'files', { size: '1Gi' }), path: '/var/files' }] });
  service(stack, 'plain');
}

function emitted(target: Compose, build = system, other?: Kubernetes) {
  const { emissions, problems } = synthesize(shop(build, { targets: other ? [target, other] : [target] }));
  expect(problems).toEqual([]);
  const of = ({ name }: Compose | Kubernetes) => emissions.find(emission => emission.target.name === name)!;
  const emission = of(target);
  const { files, graph } = emission;
  const imagesIn = (path: string) => Object.fromEntries(Object.entries((load(textOf(files, path)) as { services: Record<string, { image: string }> }).services).map(([name, { image }]) => [name, image]));
  return { emission, files, imagesIn, next: target.next('dist/shop/dev/compose', graph), guide: textOf(files, 'OPERATIONS.md'), cluster: other ? of(other).rendering.documents.map(({ body }) => body) : [] };
}

const there = emitted(new Compose({ registry: 'registry.example/team' }));
const here = emitted(new Compose());

describe('with a registry', () => {
  test('what is built has its name, in whatever way, and nothing else has', () => {
    const names = here.imagesIn('services.yaml');
    expect(there.imagesIn('services.yaml')).toEqual({ ...Object.fromEntries(['web', 'report', 'store'].map(name => [name, `registry.example/team/${names[name]}`])), plain: IMAGE.reference });
    expect(names['web']).toBe('web:1.0');
  });

  test('a cluster and a host pull the same image', () => {
    const both = emitted(new Compose({ registry: 'registry.example/team' }), stack => { service(stack, 'web', { image: built }); }, new Kubernetes({ registry: 'registry.example/team' }));
    expect(both.imagesIn('compose.yaml')['web']).toBe('registry.example/team/web:1.0');
    expect(JSON.stringify(both.cluster)).toContain('"image":"registry.example/team/web:1.0"');
  });

  test('one that the program names itself stays', () => {
    const own = image({ registry: 'other.example' });
    expect(emitted(new Compose({ registry: 'registry.example/team' }), stack => { service(stack, 'web', { image: own }); }).imagesIn('compose.yaml')['web']).toBe('other.example/web:1.0');
  });

  test('all builds stand in a file of their own, which asks for no value and no folder of secrets', () => {
    const text = textOf(there.files, 'images.yaml');
    expect(composeErrors(text)).toEqual([]);
    expect(text).not.toContain('${');
    expect(load(text)).toEqual({ name: 'shop-dev', services: {
      web: { image: 'registry.example/team/web:1.0', build: { context: './images/web', target: 'production' } },
      report: { image: there.imagesIn('services.yaml')['report'], build: { context: './images/web', target: 'scheduled-report' } },
      store: { image: there.imagesIn('services.yaml')['store'], build: { context: './images/example-app-1-0-10001' } },
    } });
  });

  test('a second synthesis changes nothing: what is built stands in two files', () => {
    // In the order in which a folder is read.
    const former = new Map([...there.files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, file]) => [path, contentOf(file)]));
    expect(diff(there.emission, former)).toEqual([]);
  });

  test('an image that no service runs as it is, since it lacks something here, is among them for a cluster', () => {
    const both = emitted(new Compose({ registry: 'registry.example/team' }), stack => {
      new Workload(stack, 'report', { image: built, command: ['report'], runs: SCHEDULE });
      service(stack, 'plain');
    }, new Kubernetes({ registry: 'registry.example/team' }));
    expect(both.imagesIn('images.yaml')).toEqual({ 'report': both.imagesIn('compose.yaml')['report'], 'image--web': 'registry.example/team/web:1.0' });
    expect(both.imagesIn('compose.yaml')).not.toHaveProperty('image--web');
    expect(JSON.stringify(both.cluster)).toContain('"image":"registry.example/team/web:1.0"');
  });

  test('they are built anywhere, and pulled on the host', () => {
    expect(there.next).toEqual([
      'npx compose8s secrets init shop/dev',
      'docker compose --file dist/shop/dev/compose/images.yaml build --push',
      'docker compose --project-directory dist/shop/dev/compose pull',
      'docker compose --project-directory dist/shop/dev/compose up --no-build --wait',
    ]);
    for (const command of ['docker compose --file dist/shop/dev/compose/images.yaml build --push', 'docker compose pull\ndocker compose up --no-build --wait\n', 'docker compose pull\ndocker compose up --no-build --wait --remove-orphans\n']) expect(there.guide).toContain(command);
    expect(there.guide).not.toContain('--build ');
    expect(there.guide).toContain('`docker login registry.example`');
  });

  test('those of work by hand are among them: it is in a profile', () => {
    const { next, imagesIn } = emitted(new Compose({ registry: 'registry.example' }), stack => {
      service(stack, 'plain');
      new Workload(stack, 'restore', { image: built, runs: { kind: 'task' } });
    });
    expect(imagesIn('images.yaml')).toEqual({ restore: 'registry.example/web:1.0' });
    expect(next.at(-2)).toBe('docker compose --project-directory dist/shop/dev/compose --profile tasks pull');
  });

  test('where nothing is built, there is no such file', () => {
    const { files, next } = emitted(new Compose({ registry: 'registry.example' }), stack => { service(stack, 'plain'); });
    expect([files.has('images.yaml'), next]).toEqual([false, ['docker compose --project-directory dist/shop/dev/compose pull', 'docker compose --project-directory dist/shop/dev/compose up --no-build --wait']]);
  });
});

describe('without a registry', () => {
  test('the host builds, and the guide says what that takes', () => {
    expect(here.next.at(-1)).toBe('docker compose --project-directory dist/shop/dev/compose up --build --wait');
    expect(here.files.has('images.yaml')).toBe(false);
    expect(here.guide).toMatch(/- BuildKit, which Buildx has, for the images that are built on the host: `web:1\.0`, `shop-dev-report:\w+` and `shop-dev-example-app-1-0-10001:\w+`\./);
  });

  test('where all is done by hand, an upgrade builds, and starts nothing', () => {
    const { guide } = emitted(new Compose(), stack => { new Workload(stack, 'restore', { image: built, runs: { kind: 'task' } }); });
    expect(guide.split('\n## Upgrade and roll-back\n')[1]!.split('\n## ')[0]).toContain('```sh\ndocker compose --profile tasks build\n```');
  });

  test('a host that builds nothing needs no way to', () => {
    expect(emitted(new Compose(), stack => { service(stack, 'plain'); }).guide).not.toContain('BuildKit');
  });
});
