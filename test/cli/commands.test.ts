import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { randomHex, randomPassword } from '../../lib/core/secrets/values';
import { cleanUp, CLUSTER, filesBelow, shop, temporaryFolder } from '../support/secrets';
import { COMMANDS } from '../../lib/cli/commands';
import { compose8s } from './run-command';
import { App, Compose, Kubernetes, Secret, Stack } from '../../lib';

const home = process.cwd();
beforeEach(() => process.chdir(temporaryFolder()));
afterEach(() => {
  process.chdir(home);
  process.exitCode = undefined;
  delete process.env.SECRETS_DIR;
  cleanUp();
});

function put(path: string, value: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  rmSync(path, { force: true });
  writeFileSync(path, value);
}

describe('secrets init', () => {
  test('prints what it made by name, and ends well', async () => {
    expect(await compose8s('secrets init shop/dev')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '✔ made secrets/shop/dev/database/password', '✔ made secrets/shop/dev/database/replication-password', '✔ made secrets/shop/dev/session/key',
        '✔ made secrets/shop/dev/tls/tls.crt', '✔ made secrets/shop/dev/tls/tls.key', '✔ made secrets/shop/dev/unused/password',
        'secrets/shop/dev/.env, which Compose reads, was derived anew', '',
      ].join('\n'),
    });
    expect((await compose8s('secrets init shop/dev')).stdout).toBe('6 values were there already, and are as before\nsecrets/shop/dev/.env, which Compose reads, is up to date\n');
  });

  test('ends with 1 while somebody has to give a value, and says how without a trace in the history', async () => {
    const { code, stderr } = await compose8s('secrets init shop/dev', { vendor: true });
    expect(code).toBe(1);
    expect(stderr).toContain('✖ secrets/shop/dev/payments/api-key\n  in the dashboard of the vendor\n');
    expect(stderr).toContain('cat > secrets/shop/dev/payments/api-key\n');
    put('secrets/shop/dev/payments/api-key', randomPassword(30));
    expect(await compose8s('secrets init shop/dev', { vendor: true })).toMatchObject({ code: 0, stderr: '' });
  });

  test.each(['--secrets-dir', 'SECRETS_DIR'])('puts values where %s says, as Compose reads it', async how => {
    const folder = join(temporaryFolder(), 'values');
    if (how === 'SECRETS_DIR') process.env.SECRETS_DIR = folder;
    expect(await compose8s(`secrets init shop/dev${how === 'SECRETS_DIR' ? '' : ` --secrets-dir ${folder}`}`)).toMatchObject({ code: 0 });
    expect([...filesBelow(folder).keys()]).toEqual(expect.arrayContaining(['.env', 'database/password']));
    expect(existsSync('secrets')).toBe(false);
    expect(await compose8s('secrets check shop/dev --secrets-dir '.concat(folder))).toMatchObject({ code: 0 });
  });

  test('refuses a relative SECRETS_DIR, which Compose would read from elsewhere', async () => {
    process.env.SECRETS_DIR = 'values';
    expect(await compose8s('secrets init shop/dev')).toMatchObject({ code: 2, stderr: expect.stringContaining('fix: make it absolute, or use --secrets-dir') });
  });
});

describe('secrets check', () => {
  test('is content with what init made', async () => {
    await compose8s('secrets init shop/dev');
    expect(await compose8s('secrets check shop/dev')).toEqual({ code: 0, stderr: '', stdout: '✔ the secrets of shop/dev: nothing is missing or weak\n' });
  });

  test('names each problem with place and remedy, and ends with 1', async () => {
    await compose8s('secrets init shop/dev');
    put('secrets/shop/dev/unused/password', 'changeme');
    expect(await compose8s('secrets check shop/dev')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^✖ it has 8 characters, where at least 32 are asked for\n {2}at secrets\/shop\/dev\/unused\/password\n {2}fix: .*\n\n✖ it is a word.*\n\nshop\/dev: 2 problems, 0 warnings\n$/s),
    });
  });

  test('speaks JSON to programs', async () => {
    const { code, stdout } = await compose8s('secrets check shop/dev --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ stack: 'shop/dev', folder: join(process.cwd(), 'secrets/shop/dev'), ok: false, findings: expect.arrayContaining([expect.objectContaining({ code: 'secret-missing', level: 'problem' })]) });
  });

  test('compares with the other environments', async () => {
    const given = { vendor: true };
    const value = randomPassword(30);
    for (const environment of ['dev', 'prod']) {
      put(`secrets/shop/${environment}/payments/api-key`, value);
      await compose8s(`secrets init shop/${environment}`, given);
    }
    expect(await compose8s('secrets check shop/prod', given)).toMatchObject({ code: 0, stdout: expect.stringContaining('! its value is the same as that of secrets/shop/dev/payments/api-key') });
  });
});

describe('secrets kubernetes', () => {
  test('prints manifests that a program can read', async () => {
    await compose8s('secrets init shop/dev');
    const { code, stdout, stderr } = await compose8s('secrets kubernetes shop/dev');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(loadAll(stdout)).toMatchObject([{ kind: 'Secret', metadata: { name: 'database', namespace: 'shop-dev' } }, { metadata: { name: 'session' } }, { type: 'kubernetes.io/tls' }]);
  });

  test('prints nothing for programs while a value is missing', async () => {
    expect(await compose8s('secrets kubernetes shop/dev')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('fix: run: npx compose8s secrets init shop/dev') });
  });

  test('needs a target that makes manifests', async () => {
    expect(await compose8s('secrets kubernetes shop/dev', { targets: [new Compose()] })).toMatchObject({ code: 2, stderr: '✖ shop/dev has no target that makes Kubernetes manifests\n  fix: add one to it: targets: [new Kubernetes()]\n' });
  });
});

describe('synth', () => {
  test('writes all stacks, or those that are named', async () => {
    const outdir = join(process.cwd(), 'dist');
    expect(await compose8s('synth shop/prod --target compose', { outdir })).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ dist/shop/prod/compose') });
    expect([...filesBelow(outdir).keys()].filter(path => path.startsWith('shop/dev'))).toEqual([]);
    expect(await compose8s('synth', { outdir })).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ dist/shop/dev/compose') });
    expect(load(filesBelow(outdir).get('shop/dev/compose/compose.yaml')!)).toMatchObject({ name: 'shop-dev' });
  });
});

describe('what was asked for, and is not there, is no success', () => {
  const two = () => {
    const app = new App();
    new Stack(app, 'a', 'dev', { targets: [new Compose({ host: 'a' })] });
    new Stack(app, 'b', 'prod', { targets: [new Compose({ host: 'b' }), CLUSTER] });
    return app;
  };

  test.each(['validate', 'synth', 'diff', 'list', 'list --names', 'parity'])('%s', async command => {
    expect(await compose8s(`${command} a/dev --environment prod`, two)).toEqual({ code: 2, stdout: '', stderr: "✖ there is no environment 'prod'\n  fix: there are: dev\n" });
    expect(await compose8s(`${command} a/dev --target kubernetes`, two)).toEqual({ code: 2, stdout: '', stderr: "✖ there is no target 'kubernetes'\n  fix: there are: compose\n" });
    expect(await compose8s(`${command} --environment dev --environment prod --target kubernetes --target compos`, two)).toEqual({ code: 2, stdout: '', stderr: "✖ there is no target 'compos'\n  fix: did you mean compose?\n" });
  });

  test('several are all taken', async () => {
    const listed = async (line: string) => (await compose8s(`list --names ${line}`, two)).stdout;
    expect(await listed('--environment dev --environment prod')).toBe('a/dev\nb/prod\n');
    expect(await listed('--target kubernetes')).toBe('b/prod\n');
    expect(await compose8s('validate --target compose --target kubernetes', two)).toMatchObject({ code: 0, stdout: '✔ 2 stacks, emitted 3 times: no problem\n' });
  });

  const none = () => new App();
  test.each(['validate', 'synth', 'diff', 'list', 'parity'])('%s of a program without stacks', async command => {
    expect(await compose8s(command, none)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^✖ the program makes no stack\n {2}at app.synth\(\)\n {2}fix: make the stacks before app.synth\(\)\n\n1 problem/) });
  });

  test('and the former output stays', async () => {
    const outdir = join(process.cwd(), 'dist');
    await compose8s('synth', { outdir });
    const before = filesBelow(outdir);
    expect(await compose8s('synth', () => new App({ outdir }))).toMatchObject({ code: 1 });
    expect(filesBelow(outdir)).toEqual(before);
  });
});

test.each([
  ["we ird/ö $x's", `docker compose --project-directory 'we ird/ö $x'\\''s/shop/dev/compose' up`, `kubectl apply --server-side -f 'we ird/ö $x'\\''s/shop/dev/kubernetes'\n`],
  ['out', 'docker compose --project-directory out/shop/dev/compose up', 'kubectl apply --server-side -f out/shop/dev/kubernetes\n'],
])('the next commands are as the shell takes them: %s', async (folder, onCompose, onKubernetes) => {
  const { stdout } = await compose8s('synth shop/dev', { outdir: join(process.cwd(), folder), targets: [new Compose(), new Kubernetes()] });
  expect(stdout).toContain(onCompose);
  expect(stdout).toContain(onKubernetes);
});

describe('a mistake', () => {
  const broken = () => {
    const app = shop();
    new Secret(new Stack(app, 'other', 'dev', { targets: [new Compose(), CLUSTER] }), 'bad', { keys: ['NOT A KEY'] });
    return app;
  };

  test.each([
    ['a misspelt stack', 'secrets init shop/pord', 2, "✖ there is no stack 'shop/pord'\n  fix: did you mean shop/prod?\n"],
    ['another stack', 'secrets check quite-another/one', 2, "✖ there is no stack 'quite-another/one'\n  fix: there are: shop/dev, shop/prod\n"],
    ['a system of several environments', 'secrets check shop', 2, "✖ 'shop' has several environments\n  fix: name one of: shop/dev, shop/prod\n"],
    ['a misspelt environment', 'synth --environment prd', 2, "✖ there is no environment 'prd'\n  fix: did you mean prod?\n"],
    ['a misspelt target', 'synth --target kubernets', 2, "✖ there is no target 'kubernets'\n  fix: did you mean kubernetes?\n"],
    ['a misspelt command', 'secrets chek shop/dev', 2, "error: unknown command 'chek'\n(Did you mean check?)\n(compose8s --help shows what there is)\n"],
    ['a misspelt option', 'secrets check --jsn shop/dev', 2, "error: unknown option '--jsn'\n(Did you mean --json?)\n(compose8s --help shows what there is)\n"],
    ['no stack', 'secrets init', 2, "error: missing required argument 'system/environment'\n(compose8s --help shows what there is)\n"],
  ])('%s is answered in words', async (_name, line, code, stderr) => {
    expect(await compose8s(line)).toEqual({ code, stdout: '', stderr });
  });

  test.each(['secrets init other/dev', 'secrets check other/dev', 'secrets kubernetes other/dev', 'up other/dev', 'down other/dev', 'graph other/dev', 'explore other/dev', 'synth', 'diff'])('in the stack is printed, and stops %s', async line => {
    expect(await compose8s(line, broken)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^✖ 'NOT A KEY' cannot be a secret's key\n {2}at other\/dev\/bad\n {2}fix: .*\n\n1 problem.*\n$/) });
    expect(existsSync('secrets')).toBe(false);
  });

  test.each(['secrets init shop/dev', 'secrets check shop/dev', 'secrets kubernetes shop/dev', 'graph shop/dev', 'explore shop/dev', 'synth shop/dev'])('in another stack does not stop %s', async line => {
    await compose8s('secrets init shop/dev');
    expect(await compose8s(line, broken)).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    ['secrets init shop/dev --secrets-dir a --secrets-dir b', '✖ --secrets-dir is given twice\n  fix: give it once\n'],
    ['up shop/dev --target compose --target kubernetes', '✖ --target is given twice\n  fix: give it once\n'],
    ['parity --json --format table', "error: option '--json' cannot be used with option '--format <format>'\n(compose8s --help shows what there is)\n"],
  ])('that would lose an option is refused: %s', async (line, stderr) => {
    expect(await compose8s(line)).toEqual({ code: 2, stdout: '', stderr });
  });
});

test('every command explains itself, with examples and exit codes', async () => {
  for (const { name } of COMMANDS) {
    const { code, stdout } = await compose8s(`${name} --help`);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\n {2}\\$ .*npx compose8s ${name}`));
    expect(stdout).toContain('Exit codes:');
  }
});

test('no value is ever shown, but by the command whose purpose it is', async () => {
  const outdir = join(process.cwd(), 'dist');
  const props = { vendor: true, outdir };
  const word = `changeme-${randomHex(4)}`;
  const seen: string[] = [];
  const run = async (line: string) => {
    const { stdout, stderr } = await compose8s(line, props);
    seen.push(stdout, stderr);
  };
  const all = async () => {
    for (const line of ['secrets init shop/dev', 'secrets check shop/dev', 'secrets check shop/dev --json', 'secrets check shop/prod', 'synth']) await run(line);
  };
  await all();
  put('secrets/shop/dev/payments/api-key', `${randomPassword(30)}@ /${randomPassword(5)}?`);
  await all();
  // Weak, shared, stale, broken: whatever makes it talk.
  put('secrets/shop/dev/unused/password', word);
  put('secrets/shop/dev/database/password', word);
  put('secrets/shop/prod/payments/api-key', word);
  put('secrets/shop/dev/tls/tls.key', randomPassword(60));
  await run('secrets check shop/dev --json');
  await all();
  const published = [...seen, ...filesBelow(outdir).values()].join('\n');
  expect(published.length).toBeGreaterThan(5000);

  const values = [...filesBelow('secrets')].filter(([path]) => !path.endsWith('.gitignore') && !path.endsWith('.env')).flatMap(([, content]) => [content.trim(), ...content.split('\n').filter(line => line.length > 12 && !line.startsWith('-----'))]);
  expect(values.length).toBeGreaterThan(10);
  for (const value of values) {
    const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('base64').replace(/=+$/, ''), Buffer.from(value).toString('base64url'), Buffer.from(value).toString('hex'), JSON.stringify(value).slice(1, -1)];
    for (const form of forms) if (published.includes(form)) throw new Error('a value was shown');
  }
});

describe('what the system refuses is said in words', () => {
  // Without a word, and for ever, it would try again and again.
  test.each(['synth --output /proc/x', 'explore shop/dev --output /proc/x/y/page.html', 'secrets init shop/dev --secrets-dir /proc/x', 'init /proc/x'])('%s', async line => {
    expect(await compose8s(line)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^✖ .*\/proc\/x.*\n {2}fix: /) });
  });

  test.each([
    ['synth --output there', /^✖ .*there\/.*: a folder is needed where a file stands\n {2}fix: name another place, or move the file away\n$/],
    ['explore shop/dev --output there/page.html', /^✖ .*there: a folder is needed where a file stands\n {2}fix: name another place, or move the file away\n$/],
    ['secrets init shop/dev --secrets-dir there', /^✖ .*there\/.*: a folder is needed where a file stands\n {2}fix: name another place, or move the file away\n$/],
    ['init there', /^✖ .*there: a folder is needed where a file stands\n {2}fix: name another place, or move the file away\n$/],
  ])('%s', async (line, stderr) => {
    put('there', 'a file');
    expect(await compose8s(line)).toMatchObject({ code: 2, stderr: expect.stringMatching(stderr) });
  });
});
