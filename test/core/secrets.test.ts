import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Compose, Secret, Stack, App, text, Workload, Image } from '../../lib';
import { checkSecrets, initSecrets, keptSecrets, secretManifests, SecretsFolder, type Finding } from '../../lib/core/secrets';
import { variableProblems } from '../../lib/core/secrets/inventory';
import { selfSignedPair } from '../../lib/core/secrets/certificate';
import { randomHex, randomPassword } from '../../lib/core/secrets/values';
import { parseAsCompose } from '../support/compose-dotenv';
import { cleanUp, filesBelow, graphOf, modeOf, shop, temporaryFolder, valuesFor, type ShopProps } from '../support/secrets';

let project: string;
beforeEach(() => { project = temporaryFolder(); });
afterEach(cleanUp);

const PASSWORD = 'database/password';
const GIVEN = 'payments/api-key';

function start(props: ShopProps = {}) {
  const graph = graphOf(shop(props));
  const folder = valuesFor(project);
  return { graph, folder, at: (path: string) => join(folder.path, path), init: () => initSecrets(graph, folder), check: () => checkSecrets({ graph, folder }) };
}

/** Puts a value where a made one, read-only, may stand. */
function put(path: string, value: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, value);
}

const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code);

describe('secrets init', () => {
  test('makes every value that can be made', () => {
    const { init, folder, check } = start();
    const { made, missing, kept } = init();
    expect(made).toEqual(['database/password', 'database/replication-password', 'session/key', 'tls/tls.crt', 'tls/tls.key', 'unused/password']);
    expect([...missing, ...kept]).toEqual([]);
    expect(folder.read(PASSWORD)).toHaveLength(32);
    expect(folder.read('database/replication-password')).toHaveLength(40);
    expect(folder.read('session/key')!.toString()).toMatch(/^[0-9a-f]{64}$/);
    expect(check()).toEqual([]);
  });

  test('changes nothing the second time, not even a date', () => {
    const { init, folder, at } = start();
    const state = () => [...filesBelow(folder.path)].map(([path, content]) => [path, content, statSync(at(path)).mtimeMs]);
    init();
    const before = state();
    expect(init()).toMatchObject({ made: [], environment: 'unchanged' });
    expect(state()).toEqual(before);
  });

  test('never overwrites what somebody put there, however weak', () => {
    const { init, folder, at } = start();
    mkdirSync(at('database'), { recursive: true });
    put(at(PASSWORD), 'changeme\n');
    expect(init().made).not.toContain(PASSWORD);
    expect(folder.read(PASSWORD)!.toString()).toBe('changeme\n');
  });

  test('lets nobody but the owner into the folders, and containers read the values', () => {
    const { init, at } = start();
    init();
    for (const folder of [join(project, 'secrets'), join(project, 'secrets/shop'), at('.'), at('database'), at('tls')]) expect(modeOf(folder)).toBe('0700');
    for (const value of [PASSWORD, 'session/key', 'tls/tls.key']) expect(modeOf(at(value))).toBe('0444');
    for (const file of ['.env', '.revision-key']) expect(modeOf(at(file))).toBe('0600');
  });

  test('sets modes right that somebody has changed, but not those of a folder that somebody else has named', () => {
    const { init, at, graph } = start();
    init();
    chmodSync(at('database'), 0o755);
    chmodSync(at(PASSWORD), 0o600);
    chmodSync(at('.env'), 0o644);
    expect(init().wrongModes).toEqual([]);
    expect([modeOf(at('database')), modeOf(at(PASSWORD)), modeOf(at('.env'))]).toEqual(['0700', '0444', '0600']);

    const named = join(temporaryFolder(), 'named');
    mkdirSync(named, { mode: 0o755 });
    const [wrong, ...more] = initSecrets(graph, SecretsFolder.at(named)).wrongModes;
    expect(wrong).toMatchObject({ mode: 0o755, wanted: 0o700 });
    expect(more).toEqual([]);
    expect(modeOf(named)).toBe('0755');
  });

  test('says which values people have to give, where, and what they are', () => {
    const { init, at } = start({ vendor: true, tls: 'given' });
    expect(init().missing).toEqual([
      { path: GIVEN, hint: 'in the dashboard of the vendor' },
      { path: 'tls/tls.crt', hint: expect.stringContaining('localhost') },
      { path: 'tls/tls.key', hint: expect.stringContaining('private key') },
    ]);
    // So that `cat > …` works at once.
    expect(modeOf(at('payments'))).toBe('0700');
    put(at(GIVEN), `${randomHex(20)}\n`);
    expect(init().missing.map(({ path }) => path)).toEqual(['tls/tls.crt', 'tls/tls.key']);
  });

  test('makes no second half for half a pair', () => {
    const { init, at, folder } = start();
    init();
    const before = folder.read('tls/tls.crt');
    rmSync(at('tls/tls.key'));
    expect(init().missing).toEqual([{ path: 'tls/tls.key', hint: expect.stringContaining('other half') }]);
    expect(folder.read('tls/tls.crt')).toEqual(before);
  });

  test('takes the place of an empty folder, which Docker makes where a file to mount is missing, but of no other', () => {
    const { init, at, folder } = start();
    mkdirSync(at(PASSWORD), { recursive: true });
    mkdirSync(at('session/key/x'), { recursive: true });
    expect(init()).toMatchObject({ missing: [{ path: 'session/key' }] });
    expect(folder.read(PASSWORD)).toHaveLength(32);
  });

  test('leaves no half-made file behind', () => {
    const { init, folder } = start({ vendor: true });
    init();
    expect([...filesBelow(folder.path).keys()].filter(path => path.includes('.new-'))).toEqual([]);
  });
});

describe('Secrets that a cluster has', () => {
  test('are kept where the folder has no value of them, and need no key that nothing uses', () => {
    const { graph, folder, at } = start({ vendor: true });
    // As an earlier start may have left it, for the value that somebody has to give.
    mkdirSync(at('payments'), { recursive: true });
    const { kept, problems } = keptSecrets(graph, folder, () => new Map([['database', ['password']], ['payments', ['api-key']], ['others', ['key']]]));
    expect({ kept: [...kept], problems }).toEqual({ kept: ['database', 'payments'], problems: [] });
    expect(initSecrets(graph, folder, kept)).toMatchObject({ made: ['session/key', 'tls/tls.crt', 'tls/tls.key', 'unused/password'], missing: [] });
    expect(secretManifests(graph, folder, kept)).toMatchObject({ manifests: [{ metadata: { name: 'session' } }, { metadata: { name: 'tls' } }], problems: [] });
  });

  test('all say at once what they lack', () => {
    const { graph, folder } = start();
    const { problems } = keptSecrets(graph, folder, () => new Map([['session', []], ['tls', ['ca.crt']]]));
    expect(problems.map(({ at, code, what }) => ({ at, code, what }))).toEqual([
      { at: 'shop/dev/session', code: 'secret-held-incomplete', what: expect.stringContaining("the cluster's own session has no key,") },
      { at: 'shop/dev/tls', code: 'secret-held-incomplete', what: expect.stringContaining("the cluster's own tls has no tls.crt, tls.key,") },
    ]);
  });
});

describe('git', () => {
  const git = (...args: string[]) => expect(spawnSync('git', args, { cwd: project }).status).toBe(0);

  test('is told to keep off, where the project does not say so itself', () => {
    git('init', '--quiet');
    const { init, check } = start();
    init();
    expect(filesBelow(join(project, 'secrets')).get('.gitignore')).toBe('*\n');
    expect(check()).toEqual([]);
  });

  test('is left alone where the project says so itself', () => {
    git('init', '--quiet');
    writeFileSync(join(project, '.gitignore'), 'secrets/\n');
    start().init();
    expect(existsSync(join(project, 'secrets/.gitignore'))).toBe(false);
  });

  test('must not hold values, nor be free to', () => {
    git('init', '--quiet');
    const { init, check, at } = start();
    init();
    rmSync(join(project, 'secrets/.gitignore'));
    expect(codes(check())).toEqual(['secrets-not-ignored']);
    git('add', '--force', at(PASSWORD));
    expect(codes(check())).toEqual(['secrets-not-ignored', 'secrets-in-git']);
    init();
    expect(codes(check())).toEqual(['secrets-in-git']);
  });
});

describe('the .env file', () => {
  const read = (folder: SecretsFolder) => parseAsCompose(folder.read('.env')!.toString());

  test('carries what environments need and the revisions of what is mounted, and nothing else', () => {
    const { init, folder } = start();
    init();
    expect(read(folder)).toEqual({
      DATABASE_PASSWORD: folder.read(PASSWORD)!.toString(),
      SESSION_REVISION: expect.stringMatching(/^[0-9a-f]{16}$/),
      TLS_REVISION: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test('follows a value that was edited by hand', () => {
    const { init, folder, at, check } = start({ vendor: true });
    init();
    const value = `${randomPassword(20)}'"\\$HOME \`x\``;
    put(at(GIVEN), `${value}\n`);
    expect(codes(check())).toContain('environment-stale');
    expect(init().environment).toBe('written');
    expect(read(folder).PAYMENTS_API_KEY).toBe(value);
    expect(codes(check())).not.toContain('environment-stale');
  });

  test('gives a secret another revision when its value changed, and only then', () => {
    const { init, folder, at } = start();
    init();
    const before = read(folder);
    const value = folder.read('session/key')!.toString();
    put(at('session/key'), randomHex(32));
    init();
    const after = read(folder);
    expect(after.SESSION_REVISION).not.toBe(before.SESSION_REVISION);
    expect(after.TLS_REVISION).toBe(before.TLS_REVISION);
    put(at('session/key'), value);
    init();
    expect(read(folder)).toEqual(before);
  });

  test('gives the same value another revision in every folder: nobody can try guesses on it', () => {
    const { graph, folder, init } = start();
    init();
    const other = SecretsFolder.at(join(temporaryFolder(), 'other'));
    other.create('session/key', folder.read('session/key')!.toString());
    initSecrets(graph, other);
    expect(read(other).SESSION_REVISION).not.toBe(read(folder).SESSION_REVISION);
  });
});

describe('secrets check', () => {
  test('names what is missing', () => {
    const findings = start({ vendor: true }).check();
    expect(codes(findings)).toEqual(Array(7).fill('secret-missing'));
    expect(findings).toContainEqual(expect.objectContaining({ at: expect.stringContaining(GIVEN), fix: 'put it into this file: in the dashboard of the vendor' }));
  });

  test.each([
    ['weak', PASSWORD, 'changeme', 'secret-guessable'],
    ['short', 'session/key', 'abcdef', 'secret-short'],
    ['empty', PASSWORD, '\n', 'secret-empty'],
    ['not text, though in an environment', PASSWORD, 'a\0b', 'secret-not-text'],
  ])('names a value that is %s', (_name, path, value, code) => {
    const { init, at, check } = start();
    init();
    put(at(path), value);
    expect(check()).toContainEqual(expect.objectContaining({ code, at: expect.stringContaining(path), level: 'problem' }));
  });

  test('names a certificate that is not for the hosts, or not with its key', () => {
    const { init, at, check } = start({ tls: 'given' });
    init();
    put(at('tls/tls.crt'), selfSignedPair(['other.example']).certificate);
    put(at('tls/tls.key'), selfSignedPair(['other.example']).privateKey);
    expect(codes(check())).toEqual(expect.arrayContaining(['certificate-hosts', 'certificate-key']));
  });

  test('names two keys with one value', () => {
    const { init, at, folder, check } = start();
    init();
    put(at('unused/password'), folder.read(PASSWORD)!.toString());
    expect(check()).toContainEqual(expect.objectContaining({ code: 'secret-shared', level: 'problem', what: expect.stringContaining(PASSWORD) }));
  });

  test('names a value of another environment; a given one may be meant so', () => {
    const app = shop({ environments: ['dev', 'prod'], vendor: true });
    const vault = (environment: string) => ({ graph: graphOf(app, environment), folder: valuesFor(project, environment) });
    const [dev, prod] = [vault('dev'), vault('prod')];
    const given = randomPassword(30);
    for (const { graph, folder } of [dev, prod]) {
      folder.create(GIVEN, given);
      if (folder === prod.folder) folder.create(PASSWORD, dev.folder.read(PASSWORD)!.toString());
      initSecrets(graph, folder);
    }
    expect(checkSecrets(prod, [dev]).map(({ code, level, at }) => `${level} ${code} ${at.slice(at.indexOf('prod/'))}`)).toEqual([
      `problem secret-shared prod/${PASSWORD}`, `warning secret-shared prod/${GIVEN}`,
    ]);
  });

  test('names modes that let others in, or keep containers out', () => {
    const { init, at, check } = start();
    init();
    chmodSync(at('database'), 0o750);
    chmodSync(at('session/key'), 0o400);
    chmodSync(at('.env'), 0o640);
    expect(check().map(({ code, what }) => [code, what.slice(0, 16)])).toEqual([['secret-mode', 'its mode is 0750'], ['secret-mode', 'its mode is 0400'], ['secret-mode', 'its mode is 0640']]);
  });

  test('warns of given values that are short, unless the program says that they may be', () => {
    const app = new App();
    const stack = new Stack(app, 'shop', 'dev', { targets: [new Compose()] });
    new Secret(stack, 'bank', { keys: { pin: Secret.given('the letter'), code: Secret.given('the letter', { minLength: 4 }), name: Secret.given('the letter'), weak: Secret.given('the letter') } });
    const [graph, folder] = [stack.graph(), valuesFor(temporaryFolder())];
    initSecrets(graph, folder);
    for (const [key, value] of [['pin', 'x7Kp2qL'], ['code', 'Qw8z'], ['name', 'x7Kp2qLm'], ['weak', 'test']] as const) folder.create(`bank/${key}`, value);
    initSecrets(graph, folder);
    expect(checkSecrets({ graph, folder }).map(({ code, level, what, fix, at }) => [code, level, at.split('/').at(-1), what, fix])).toEqual([
      ['secret-guessable', 'problem', 'weak', expect.any(String), 'get a better one'],
      ['secret-brief', 'warning', 'pin', 'it has 7 characters, few enough to be guessed one after the other', 'get a longer one; if there is none, say so: Secret.given(…, { minLength: 7 })'],
    ]);
  });

  test('names values that no secret claims, as after a renaming', () => {
    const { init, at, check, folder } = start();
    init();
    folder.create('former/password', randomPassword(32));
    appendFileSync(at('stray'), 'x');
    expect(check().map(({ code, level }) => [code, level])).toEqual([['secret-unused', 'warning'], ['secret-unused', 'warning']]);
  });
});

describe('Secrets for a cluster', () => {
  test('are those that workloads refer to, typed, with namespace and labels', () => {
    const { init, graph, folder } = start();
    init();
    const { manifests, problems } = secretManifests(graph, folder);
    expect(problems).toEqual([]);
    expect(manifests.map(({ metadata, type, data }) => [metadata.name, type, Object.keys(data)])).toEqual([
      ['database', 'Opaque', ['password', 'replication-password']],
      ['session', 'Opaque', ['key']],
      ['tls', 'kubernetes.io/tls', ['tls.crt', 'tls.key']],
    ]);
    expect(manifests[0]!.metadata).toEqual({
      name: 'database', namespace: 'shop-dev',
      labels: { 'app.kubernetes.io/name': 'database', 'app.kubernetes.io/instance': 'shop-dev', 'app.kubernetes.io/part-of': 'shop', 'app.kubernetes.io/managed-by': 'compose8s' },
    });
    expect(Buffer.from(manifests[0]!.data.password!, 'base64')).toEqual(folder.read(PASSWORD));
  });

  test('are none at all while a value is missing', () => {
    const { init, graph, folder } = start({ vendor: true });
    init();
    expect(secretManifests(graph, folder)).toEqual({ manifests: [], problems: [expect.objectContaining({ code: 'secret-missing', at: 'shop/dev/payments' })] });
  });
});

test('two values behind one variable are a problem', () => {
  const app = new App();
  const stack = new Stack(app, 'shop', 'dev', { targets: [new Compose()] });
  const one = new Secret(stack, 'a-b', { keys: ['c'] });
  const other = new Secret(stack, 'a', { keys: ['b-c'] });
  new Workload(stack, 'job', { image: Image.registry('busybox:1.37'), env: { X: text`${one.key('c')}${other.key('b-c')}` } });
  expect(variableProblems(stack.graph())).toEqual([expect.objectContaining({ code: 'secret-variable-collision', at: 'shop/dev/a', what: expect.stringContaining('A_B_C') })]);
});
