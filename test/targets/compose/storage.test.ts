import { describe, expect, test } from '@jest/globals';
import { Certificate, Config, Image, Secret, text, Volume, Workload, type ConfigProps, type Stack } from '../../../lib';
import { composeOf, IMAGE, service, textOf } from '../../support/stacks';

const labelsOf = (build: (stack: Stack) => void) => composeOf(build).services['web']!.labels as Record<string, string> | undefined;

describe('a volume', () => {
  test('is a named one, and its size is reported: Docker has none', () => {
    const { services, volumes, notes } = composeOf(stack => { service(stack, 'web', { mounts: [{ volume: new Volume(stack, 'dataFiles', { size: '5Gi', storageClass: 'fast' }), path: '/data' }] }); });
    expect([services['web']!.volumes, volumes]).toEqual([[{ type: 'volume', source: 'data-files', target: '/data' }], { 'data-files': {} }]);
    expect(notes.map(({ at, field, outcome }) => `${at} ${field} ${outcome}`)).toEqual(['shop/dev/dataFiles size left-out', 'shop/dev/dataFiles storageClass left-out']);
  });

  test('of several workloads with one image and one user needs a single image', () => {
    const { services } = composeOf(stack => {
      for (const id of ['a', 'b']) service(stack, id, { mounts: [{ volume: new Volume(stack, `v-${id}`, { size: '5Gi' }), path: `/var/${id}` }] });
    });
    expect(services['a']).toMatchObject({ image: services['b']!.image, build: { context: './images/example-app-1-0-10001' } });
    expect(services['b']!.build).toBeUndefined();
  });

  test('of a service and of work by hand before it has an image that the service builds: the other is in a profile', () => {
    const { services } = composeOf(stack => {
      const volume = new Volume(stack, 'files', { size: '5Gi' });
      new Workload(stack, 'restore', { image: IMAGE, runs: { kind: 'task' }, mounts: [{ volume, path: '/var/files' }] });
      service(stack, 'web', { mounts: [{ volume, path: '/var/files' }] });
    });
    expect([services['restore']!.image, services['restore']!.build, services['web']!.build]).toEqual([services['web']!.image, undefined, { context: './images/example-app-1-0-10001' }]);
  });

  test('of one user in two groups has an image, and a Dockerfile, for each', () => {
    const { services, file } = composeOf(stack => {
      for (const gid of [10001, 2000]) service(stack, `web-${gid}`, { user: { uid: 10001, gid }, mounts: [{ volume: new Volume(stack, `files-${gid}`, { size: '5Gi' }), path: '/var/files' }] });
    });
    expect(Object.values(services).map(({ build }) => build)).toEqual([{ context: './images/example-app-1-0-10001' }, { context: './images/example-app-1-0-10001_2000' }]);
    expect(['', '_2000'].map(group => /chown \S+/.exec(file(`images/example-app-1-0-10001${group}/Dockerfile`))![0])).toEqual(['chown 10001:10001', 'chown 10001:2000']);
  });

  test('of two images whose names differ by a sign alone has a Dockerfile for each', () => {
    const { services, file } = composeOf(stack => {
      for (const [id, name] of [['one', 'app/x:1.0'], ['two', 'app-x:1.0']] as const) {
        service(stack, id, { image: Image.registry(name, { user: { uid: 10001, gid: 10001 }, tools: ['curl'] }), mounts: [{ volume: new Volume(stack, `files-${id}`, { size: '5Gi' }), path: '/var/files' }] });
      }
    });
    const contexts = Object.values(services).map(({ build }) => (build as { context: string }).context);
    expect(contexts.map(context => /^FROM (.*)$/m.exec(file(`${context.slice(2)}/Dockerfile`))![1])).toEqual(['app/x:1.0', 'app-x:1.0']);
  });

  test('at a folder that the image lacks is noted, since another image runs than the one that was named', () => {
    const { notes } = composeOf(stack => { service(stack, 'web', { mounts: ['a', 'b'].map(id => ({ volume: new Volume(stack, id, { size: '5Gi' }), path: `/var/${id}` })) }); });
    expect(notes.filter(({ field }) => field === 'image')).toEqual([
      { at: 'shop/dev/web', field: 'image', target: 'compose', outcome: 'approximated', what: 'its image is one that is built on top of example/app:1.0, which lacks /var/a, /var/b as folders of its user' },
    ]);
  });

  test('at a folder that the image lacks gets an image that has it, owned by the user', () => {
    const { services, file } = composeOf(stack => { service(stack, 'web', { mounts: [{ volume: new Volume(stack, 'v', { size: '5Gi' }), path: '/var/files' }] }); });
    expect(services['web']).toMatchObject({ image: expect.stringMatching(/^shop-dev-example-app-1-0-10001:[0-9a-f]{12}$/), build: { context: './images/example-app-1-0-10001' } });
    expect(file('images/example-app-1-0-10001/Dockerfile')).toBe('FROM example/app:1.0\nLABEL org.opencontainers.image.base.name="example/app:1.0"\nUSER 0:0\nRUN mkdir -p /var/files && chown 10001:10001 /var/files\nUSER 10001:10001\n');
    expect(file('images/example-app-1-0-10001/Dockerfile.dockerignore')).toBe('*\n');
  });

  test('that is only read leaves the image, and the owner of its files, as they are', () => {
    const { services } = composeOf(stack => { service(stack, 'web', { mounts: [{ volume: new Volume(stack, 'v', { size: '5Gi' }), path: '/var/files', readOnly: true }] }); });
    expect(services['web']).toMatchObject({ image: 'example/app:1.0', volumes: [{ read_only: true, volume: { nocopy: true } }] });
    expect(services['web']!.build).toBeUndefined();
  });
});

describe('a folder of the project', () => {
  test('is seen at its place, for hot reload, which the report calls loosened', () => {
    const { services, notes } = composeOf(stack => { service(stack, 'web', { mounts: [{ source: 'apps/web', path: '/app', readOnly: true }] }); });
    expect(services['web']!.volumes).toEqual([{ type: 'bind', source: '${PROJECT_DIR:-../../../..}/apps/web', target: '/app', bind: { create_host_path: false }, read_only: true }]);
    expect(notes).toEqual([{ at: 'shop/dev/web', field: 'mounts.source', target: 'compose', outcome: 'loosened', what: 'it sees the folder apps/web of the host: for development only' }]);
  });
});

describe('a config', () => {
  const withFiles = (files: ConfigProps['files'], executable?: boolean) => (stack: Stack) => {
    service(stack, 'web', { mounts: [{ config: new Config(stack, 'settings', { files, executable }), path: '/etc/web' }] });
  };

  test('is a file beside for each file, which Docker mounts read-only', () => {
    const { services, configs, file } = composeOf(withFiles({ 'a.conf': 'A\n', 'b.conf': '' }));
    expect(services['web']!.configs).toEqual([{ source: 'settings.a.conf', target: '/etc/web/a.conf' }, { source: 'settings.b.conf', target: '/etc/web/b.conf' }]);
    expect(configs).toEqual({ 'settings.a.conf': { file: './config/settings/a.conf' }, 'settings.b.conf': { file: './config/settings/b.conf' } });
    expect([file('config/settings/a.conf'), file('config/settings/b.conf')]).toEqual(['A\n', '']);
  });

  test('that refers to an endpoint names its host, and is an edge', () => {
    const { services, file } = composeOf(stack => {
      const api = service(stack, 'api').endpoint('http');
      withFiles({ 'site.conf': text`upstream ${api};` })(stack);
    });
    expect([file('config/settings/site.conf'), services['web']!.networks, services['web']!.depends_on]).toEqual(['upstream api:8080;', ['web--api'], { api: { condition: 'service_healthy' } }]);
  });

  test('keeps dollar signs: nobody replaces anything in a file', () => {
    expect(composeOf(withFiles({ run: 'echo $HOME $$ ${X}' })).file('config/settings/run')).toBe('echo $HOME $$ ${X}');
  });

  test('of programs is executable', () => {
    const executables = (executable?: boolean) => [...composeOf(withFiles({ run: '' }, executable)).files].filter(([, { executable: is }]) => is).map(([path]) => path);
    expect([executables(true), executables()]).toEqual([['config/settings/run'], []]);
  });

  test('makes its services start anew by a label that changes with its content, its name and its place', () => {
    const hash = (files: ConfigProps['files']) => labelsOf(withFiles(files))!['compose8s.content'];
    expect(hash({ a: '1' })).toMatch(/^[0-9a-f]{16}$/);
    expect(hash({ a: '1' })).toBe(hash({ a: '1' }));
    expect(new Set([hash({ a: '1' }), hash({ a: '2' }), hash({ b: '1' }), hash({ a: '1', b: '' }), hash({ a: '', b: '1' })]).size).toBe(5);
  });

  test('leaves the services that do not mount it alone', () => {
    const { services } = composeOf(stack => { withFiles({ a: '1' })(stack); service(stack, 'api'); });
    expect(services['api']!.labels).toBeUndefined();
  });
});

describe('a secret', () => {
  const CANARY = 'made by nobody';

  test('that is mounted is a file in the folder with the secrets, which a variable names', () => {
    const { services, secrets } = composeOf(stack => { service(stack, 'web', { mounts: [{ secret: new Secret(stack, 'stripe', { keys: ['api-key', 'unused'] }), path: '/run/secrets/stripe', keys: ['api-key'] }] }); });
    expect(services['web']!.secrets).toEqual([{ source: 'stripe.api-key', target: '/run/secrets/stripe/api-key' }]);
    expect(secrets).toEqual({ 'stripe.api-key': { file: '${SECRETS_DIR:-../../../../secrets/shop/dev}/stripe/api-key' } });
  });

  test('in a variable is a reference that must be there, from the file beside the secrets', () => {
    const { services, file, secrets } = composeOf(stack => {
      const db = new Secret(stack, 'db', { keys: ['password'] });
      service(stack, 'web', { env: { URL: text`postgres://u:${db.key('password')}@h$/x` } });
    });
    expect(services['web']!.environment).toEqual({ URL: 'postgres://u:${DB_PASSWORD:?make it with: npx compose8s secrets init shop/dev}@h$$/x' });
    expect(secrets).toBeUndefined();
    expect(file('compose.yaml')).toBe(`# shop/dev: made by compose8s from the stack's program. Changes belong there.
# What runs is in services.yaml. The values of its secrets: npx compose8s secrets init shop/dev
name: shop-dev
include:
  - path: services.yaml
    project_directory: .
    env_file: \${SECRETS_DIR:-../../../../secrets/shop/dev}/.env
`);
  });

  test('that is mounted makes its services start anew when its value or its revision changes', () => {
    const labels = (revision?: string) => labelsOf(stack => { service(stack, 'web', { mounts: [{ secret: new Secret(stack, 'db', { keys: ['password'], revision }), path: '/run/secrets/db' }] }); })!;
    expect(labels()).toEqual({ 'compose8s.secrets': '${DB_REVISION:-}' });
    expect(new Set([undefined, '1', '2'].map(revision => labels(revision)['compose8s.content'])).size).toBe(3);
  });

  test('never shows where its value comes from, nor the hint', () => {
    const { files } = composeOf(stack => { service(stack, 'web', { env: { KEY: new Secret(stack, 'vendor', { keys: { key: Secret.given(CANARY) } }).key('key') } }); });
    expect([...files.values()].filter(file => 'text' in file && file.text.includes(CANARY))).toEqual([]);
  });

  test('that is given says what it is, for whoever has the emitted folder alone', () => {
    const { files } = composeOf(stack => { service(stack, 'web', { env: { KEY: new Secret(stack, 'vendor', { keys: { key: Secret.given(CANARY, { what: 'the key of the <vendor>' }) } }).key('key') } }); });
    expect(textOf(files, '.env.example')).toContain('\n#   vendor/key: put into this file by you: the key of the <vendor>; the command says where it comes from\n');
    expect(textOf(files, 'OPERATIONS.md')).toContain('\n| `vendor` | `key` | **given by a person**: the key of the &lt;vendor> |\n');
    expect([...files.values()].filter(file => 'text' in file && file.text.includes(CANARY))).toEqual([]);
  });

  test('is not asked for where a stack has none: all is in one file', () => {
    const { files } = composeOf(stack => { service(stack, 'web'); });
    expect([...files.keys()].sort()).toEqual(['.env.dev.example', '.env.example', 'OPERATIONS.md', 'compose.yaml']);
  });
});

describe('a certificate', () => {
  test('that is given or made locally is a pair of secret files', () => {
    const { services } = composeOf(stack => { service(stack, 'web', { mounts: [{ certificate: new Certificate(stack, 'tls', { hosts: ['shop.example'], source: { kind: 'self-signed' } }), path: '/etc/tls' }] }); });
    expect(services['web']!.secrets).toEqual([{ source: 'tls.tls.crt', target: '/etc/tls/tls.crt' }, { source: 'tls.tls.key', target: '/etc/tls/tls.key' }]);
  });

  test('by ACME is a volume that somebody else keeps fresh', () => {
    const { services, notes } = composeOf(stack => {
      const volume = new Volume(stack, 'certificates', { size: '1Mi' });
      service(stack, 'web', { image: IMAGE, mounts: [{ certificate: new Certificate(stack, 'tls', { hosts: ['shop.example'], source: { kind: 'acme', email: 'ops@shop.example', issuer: 'letsencrypt', volume } }), path: '/etc/tls' }] });
    });
    expect(services['web']!.volumes).toEqual([{ type: 'volume', source: 'certificates', target: '/etc/tls', read_only: true, volume: { nocopy: true } }]);
    expect(notes.find(({ at }) => at === 'shop/dev/tls')).toMatchObject({ field: 'source.issuer', outcome: 'approximated' });
  });
});
