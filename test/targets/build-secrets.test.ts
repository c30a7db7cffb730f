import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { ScheduledJob } from '../../constructs';
import { App, Compose, Cron, Graph, Image, Instruction, Kubernetes, Secret, Stack, synthesize, type BuildProps, type SecretKey, type Workload } from '../../lib';
import { initSecrets, secretManifests, SecretsFolder } from '../../lib/core/secrets';
import { secretLeaks } from '../../lib/testing/secret-values';
import { Template } from '../../lib/testing';
import { composeErrors } from '../support/compose-schema';
import { temporaryFolder } from '../support/run';
import { composeOf, problemsOf, service, shop, textOf } from '../support/stacks';
import { clusterOf, clusterProblems } from './kubernetes/cluster';

const FACTS = { user: { uid: 1000, gid: 1000 }, tools: ['curl', 'shell'] } as const;
const npm = (stack: Stack, keys: readonly string[] = ['npmrc']) => new Secret(stack, 'npm', { keys: Object.fromEntries(keys.map(key => [key, Secret.given('the registry of packages, access tokens')])) });

/** Made of stages, the first of which installs. */
const typed = (npmrc: SecretKey, props: Partial<BuildProps> = {}) => Image.build({
  name: 'web', version: '1.0', context: __dirname, ignore: ['**'], ...FACTS, secrets: { npmrc },
  stages: [
    { name: 'deps', from: 'node:24-alpine', instructions: [Instruction.run('npm ci', { caches: ['/root/.npm'], secrets: { npmrc: '/root/.npmrc' } })] },
    { name: 'production', from: 'node:24-alpine', instructions: [Instruction.copy('/app', '/app', { from: 'deps' })] },
  ], ...props,
});

/** Built by a Dockerfile among the sources. */
function own(secrets: Readonly<Record<string, SecretKey>>, text = 'FROM node:24-alpine\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci\n'): Image {
  const context = temporaryFolder();
  writeFileSync(join(context, 'Dockerfile'), text);
  return Image.dockerfile({ name: 'web', version: '1.0', context, ...FACTS, secrets });
}

const nightly = (stack: Stack, image: Image) => new ScheduledJob(stack, 'nightly', { image, command: ['report'], schedule: Cron.daily('03:00') });
const FILE = { 'npm.npmrc': { file: '${SECRETS_DIR:-../../../../secrets/shop/dev}/npm/npmrc' } };
const READ = [{ source: 'npm.npmrc', target: 'npmrc' }];
const COMMAND = 'docker build --target production --secret "id=npmrc,src=${SECRETS_DIR:-secrets/shop/dev}/npm/npmrc" --tag web:1.0 out/images/web';

describe('a secret that a build reads', () => {
  const build = (stack: Stack) => { service(stack, 'web', { image: typed(npm(stack).key('npmrc')) }); };

  test('is a file while the command runs, and the command does not run without it', () => {
    for (const { files } of [composeOf(build), clusterOf(build)]) {
      expect(textOf(files, 'images/web/Dockerfile')).toContain('RUN --mount=type=cache,target=/root/.npm,sharing=locked \\\n    --mount=type=secret,id=npmrc,target=/root/.npmrc,required=true \\\n    npm ci\n');
    }
  });

  test('is handed to the build alone: on Compose by the file, for a cluster by the printed command', () => {
    const [compose, cluster] = [composeOf(build), clusterOf(build)];
    expect(compose.services['web']!.build).toEqual({ context: './images/web', target: 'production', secrets: READ });
    expect(compose.secrets).toEqual(FILE);
    expect(cluster.next[0]).toBe(COMMAND);
    for (const field of ['secrets', 'labels', 'environment'] as const) expect(compose.services['web']).not.toHaveProperty(field);
    const manifests = [...cluster.files.keys()].filter(path => path.endsWith('.yaml'));
    expect(manifests.filter(path => textOf(cluster.files, path).includes('npmrc'))).toEqual([]);
  });

  test('is found by the printed command wherever the folder of secrets is', () => {
    const words = (env: Record<string, string>) => execFileSync('sh', ['-c', `docker() { printf '%s\\n' "$@"; }\n${clusterOf(build).next[0]}`], { encoding: 'utf8', env }).split('\n');
    expect(words({})).toContain('id=npmrc,src=secrets/shop/dev/npm/npmrc');
    expect(words({ SECRETS_DIR: '/srv/the secrets' })).toContain('id=npmrc,src=/srv/the secrets/npm/npmrc');
  });

  test('makes no Secret in a cluster, nor a command that would apply none', () => {
    expect(clusterOf(build).next.slice(1)).toEqual(['kubectl apply --server-side -f out']);
    expect(clusterOf(build).notes).not.toContain('shop/dev secrets: approximated');
    const withKey = clusterOf(stack => {
      const secret = npm(stack, ['npmrc', 'api-key']);
      service(stack, 'web', { image: typed(secret.key('npmrc')), env: { API_KEY: secret.key('api-key') } });
    });
    expect(withKey.next).toContain('npx compose8s secrets kubernetes shop/dev | kubectl apply --server-side -f -');
  });

  test('reads the same for a Dockerfile of its own', () => {
    const built = (stack: Stack) => { service(stack, 'web', { image: own({ npmrc: npm(stack).key('npmrc') }) }); };
    const [compose, cluster] = [composeOf(built), clusterOf(built)];
    expect(compose.services['web']!.build).toEqual({ context: './images/web', secrets: READ });
    expect(compose.secrets).toEqual(FILE);
    expect(cluster.next[0]).toBe(COMMAND.replace('--target production ', ''));
  });

  test('goes along where a stage more is built for work at given times', () => {
    for (const imageOf of [typed, (npmrc: SecretKey) => own({ npmrc })]) {
      const { services } = composeOf(stack => { nightly(stack, imageOf(npm(stack).key('npmrc'))); });
      expect(services['nightly']!.build).toMatchObject({ secrets: READ });
    }
  });

  test('stands in the file with all builds, and no other secret does', () => {
    const { emissions: [emission] } = synthesize(shop(stack => {
      const keys = new Secret(stack, 'keys', { keys: ['signing'] });
      service(stack, 'web', { image: typed(npm(stack).key('npmrc')), mounts: [{ secret: keys, path: '/run/secrets/keys' }] });
    }, { targets: [new Compose({ registry: 'registry.example' })] }));
    const text = textOf(emission!.files, 'images.yaml');
    expect(composeErrors(text)).toEqual([]);
    expect(load(text)).toEqual({ name: 'shop-dev', services: { web: { image: 'registry.example/web:1.0', build: { context: './images/web', target: 'production', secrets: READ } } }, secrets: FILE });
  });

  test('is looked for in the project by whoever builds into another folder', () => {
    const { emissions: [emission] } = synthesize(shop(build, { targets: [new Compose({ registry: 'registry.example' })] }));
    expect(emission!.target.next('/tmp/out', emission!.graph)).toContain('SECRETS_DIR="$PWD/secrets/shop/dev" docker compose --file /tmp/out/images.yaml build --push');
  });

  test('may be read by the program too, which gets it as ever', () => {
    const both = (stack: Stack) => {
      const secret = npm(stack);
      service(stack, 'web', { image: typed(secret.key('npmrc')), mounts: [{ secret, path: '/run/secrets/npm' }] });
    };
    expect(composeOf(both).services['web']).toMatchObject({ build: { secrets: READ }, secrets: [{ source: 'npm.npmrc', target: '/run/secrets/npm/npmrc' }] });
    expect(clusterOf(both).pod('web').volumes).toContainEqual(expect.objectContaining({ secret: expect.objectContaining({ secretName: 'npm' }) }));
  });

  test('is one for all services of an image', () => {
    const two = (of: (secret: Secret) => readonly [SecretKey, SecretKey]) => shop(stack => {
      const [first, second] = of(npm(stack, ['npmrc', 'other']));
      service(stack, 'web', { image: typed(first) });
      service(stack, 'api', { image: typed(second) });
    });
    expect(problemsOf(two(secret => [secret.key('npmrc'), secret.key('npmrc')]))).toBe('');
    expect(problemsOf(two(secret => [secret.key('npmrc'), secret.key('other')]))).toContain("it builds another image under the name 'web' than shop/dev/web does");
  });
});

describe('the value that a build reads', () => {
  const CANARY = 'npm_canary4711canary4711';

  /** A secret with a key for the build alone, and one for the program. */
  function valued() {
    const app = new App();
    const stack = new Stack(app, 'shop', 'dev', { targets: [new Compose({ registry: 'registry.example' }), new Kubernetes()] });
    const secret = npm(stack, ['npmrc', 'api-key']);
    service(stack, 'web', { image: typed(secret.key('npmrc')), env: { API_KEY: secret.key('api-key') } });
    const folder = SecretsFolder.inProject(temporaryFolder(), 'shop/dev');
    const put = (path: string, value: string) => {
      const file = join(folder.path, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, value);
    };
    return { app, stack, folder, put, graph: new Graph(stack) };
  }

  test('is asked for by `secrets init`, but not where nothing is built', () => {
    const { graph, folder } = valued();
    expect(initSecrets(graph, folder).missing.map(({ path }) => path)).toEqual(['npm/npmrc', 'npm/api-key']);
    expect(initSecrets(graph, folder, new Set(), { builds: false }).missing.map(({ path }) => path)).toEqual(['npm/api-key']);
  });

  test('is in nothing that is emitted, applied or derived; the key beside it is', () => {
    const { stack, graph, folder, put } = valued();
    put('npm/npmrc', `//registry.example/:_authToken=${CANARY}\n`);
    put('npm/api-key', 'api-canary-0815-canary');
    initSecrets(graph, folder);
    const { manifests, problems } = secretManifests(graph, folder);
    expect(problems).toEqual([]);
    expect(manifests.map(({ metadata: { name }, data }) => [name, Object.keys(data)])).toEqual([['npm', ['api-key']]]);
    expect(folder.read('.env')!.toString()).not.toContain(CANARY);
    expect(secretLeaks(stack.targets.map(target => Template.of(stack, target)), [CANARY])).toEqual([]);
  });

  test('starts nothing anew when it changes', () => {
    const { graph, folder, put } = valued();
    put('npm/api-key', 'api-canary-0815-canary');
    const derived = (value: string) => {
      put('npm/npmrc', value);
      initSecrets(graph, folder);
      return folder.read('.env')!.toString();
    };
    expect(derived('first-value-of-it')).toBe(derived('second-value-of-it'));
  });

  test('is named to whoever builds, in the guides and beside the variables', () => {
    const { emissions } = synthesize(valued().app);
    for (const { files } of emissions) {
      expect(textOf(files, 'OPERATIONS.md')).toContain('The build of `web` reads `npm/npmrc`, which must be in the folder of secrets wherever that is built. The image does not have it, nor does anything that runs.');
    }
    const [compose] = emissions;
    expect(textOf(compose!.files, '.env.example')).toContain('#   npm/npmrc: put into this file by you; the command says where it comes from\n#     read by the build of web\n');
    expect(textOf(compose!.files, 'OPERATIONS.md')).toContain('\nrm -f /srv/shop-dev/secrets/npm/npmrc\n');
  });
});

describe('a secret that a build cannot read', () => {
  const web = (image: (stack: Stack) => Image) => (stack: Stack): Workload => service(stack, 'web', { image: image(stack) });
  const mounting = (secrets: Readonly<Record<string, string>>) => [{ name: 'production', from: 'node:24-alpine', instructions: [Instruction.run('npm ci', { secrets })] }];

  test.each<{ is: string; build: (stack: Stack) => void; what: string; fix: string }>([
    { is: 'its secret does not have it', build: web(stack => typed(npm(stack).key('token'))), what: "the build of web refers to the key 'token', which its secret does not have", fix: 'declare it, or use one of: npmrc' },
    { is: 'it is of another stack', build: web(() => typed(npm(new Stack(new App(), 'other', 'dev', { targets: [] })).key('npmrc'))), what: 'it refers to other/dev/npm, which is part of another stack', fix: 'declare it in this stack: each stack has secrets of its own' },
    { is: 'a stage mounts one that nobody gives', build: web(stack => typed(npm(stack).key('npmrc'), { secrets: {}, stages: mounting({ npmrc: '/root/.npmrc' }) })), what: "the Dockerfile of web mounts a secret 'npmrc', which its build does not have", fix: "give it to the image: secrets: { 'npmrc': secret.key(…) }" },
    { is: 'no stage mounts it', build: web(stack => typed(npm(stack).key('npmrc'), { stages: mounting({}) })), what: "no RUN in the Dockerfile of web mounts its secret 'npmrc'", fix: 'mount it where it is read (--mount=type=secret,id=npmrc), or leave it out' },
    { is: 'no RUN of their own Dockerfile mounts it', build: web(stack => own({ npmrc: npm(stack).key('npmrc') }, 'FROM a\nRUN --mount=type=secret,id=npmrc2 --mount=type=cache,id=npmrc,target=/x true\n')), what: "no RUN in the Dockerfile of web mounts its secret 'npmrc'", fix: 'mount it where it is read (--mount=type=secret,id=npmrc), or leave it out' },
    { is: 'its id would be read by a shell', build: web(stack => own({ '$(id)': npm(stack).key('npmrc') })), what: '"$(id)" cannot be the id of a secret of a build', fix: 'use letters, digits, dots, dashes and underscores' },
    { is: 'its path is more than a path', build: web(stack => typed(npm(stack).key('npmrc'), { stages: mounting({ npmrc: '/root/.npmrc,mode=0444' }) })), what: '"/root/.npmrc,mode=0444" cannot be where a secret of a build is mounted', fix: "give an absolute path of letters, digits, dots and dashes: '/root/.npmrc'" },
  ])('because $is is a problem on both targets', ({ build, what, fix }) => {
    for (const problems of [problemsOf(shop(build)), clusterProblems(build)]) expect(problems).toContain(`✖ ${what}\n  at shop/dev/web\n  fix: ${fix}\n`);
  });

  test('is none where their own Dockerfile names its path, and no id', () => {
    expect(problemsOf(shop(web(stack => own({ '.npmrc': npm(stack).key('npmrc') }, 'FROM a\nRUN --mount=target=/root/.npmrc,type=secret \\\n  npm ci\n'))))).toBe('');
  });
});
