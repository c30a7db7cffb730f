import { beforeEach, describe, expect, test } from '@jest/globals';
import { ApiObject } from 'cdk8s';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Aspects, Compose, Kubernetes, Workload } from '../../lib';
import { shop } from '../support/secrets';
import { compose8s, eachInFolderOfItsOwn } from './run-command';

const LIBRARY = resolve(__dirname, '../..');
eachInFolderOfItsOwn();

const before = () => shop({ targets: [new Compose()] });
const after = () => {
  const app = before();
  Aspects.of(app).add({ visit: construct => { if (construct instanceof Workload) construct.spec.processes = 77; } });
  return app;
};

test('against the last output: 0 where nothing would change, 3 where something would', async () => {
  await compose8s('synth', before);
  expect(await compose8s('diff', before)).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(/^✔ nothing would change against .*dist\n$/) });
  expect(await compose8s('diff', after)).toEqual({
    code: 3, stderr: '',
    stdout: expect.stringMatching(/^shop\/dev\/web\n {2}~ compose services\/web: recreate\n {6}Compose recreates a container whose configuration changed\n {6}deploy.resources.limits.pids: \d+ → 77\n\n1 change against .*dist: 1 recreate\n$/),
  });
});

test('names the namespace of a resource that is in another than the stack', async () => {
  const withPolicies = (...types: readonly string[]) => () => {
    const app = shop({ targets: [new Kubernetes()] });
    const stack = app.node.findChild('shop').node.findChild('dev');
    for (const namespace of ['monitoring', undefined]) new ApiObject(stack, `policy-${namespace ?? 'own'}`, { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'own', namespace }, spec: { podSelector: {}, policyTypes: types } });
    return app;
  };
  await compose8s('synth', withPolicies('Ingress'));
  const { stdout } = await compose8s('diff', withPolicies('Egress'));
  expect(stdout.match(/ kubernetes NetworkPolicy\/own.*/g)).toEqual([' kubernetes NetworkPolicy/own in monitoring: in place', ' kubernetes NetworkPolicy/own: in place']);
});

test('names a stack that is gone, unless only others were asked for', async () => {
  await compose8s('synth', () => shop({ environments: ['dev', 'prod'], targets: [new Compose()] }));
  expect(await compose8s('diff', before)).toMatchObject({ code: 4, stdout: expect.stringContaining('shop/prod\n  - compose stack/shop/prod: data at risk\n      the program makes no such stack any more') });
  expect(await compose8s('diff shop/dev', before)).toMatchObject({ code: 0 });
});

test('names a target that a stack no longer has, unless only another was asked for', async () => {
  await compose8s('synth', () => shop({ targets: [new Compose(), new Kubernetes()] }));
  expect(await compose8s('diff shop/dev', before)).toMatchObject({
    code: 4, stdout: expect.stringContaining('shop/dev\n  - kubernetes target/kubernetes: data at risk\n      the stack has no such target any more: what runs of it goes on until somebody stops it, and its data is used by nobody else\n'),
  });
  expect(await compose8s('diff --target compose', before)).toMatchObject({ code: 0 });
  expect(await compose8s('diff', () => shop({ targets: [new Kubernetes()] }))).toMatchObject({ code: 4, stdout: expect.stringMatching(/^shop\/dev\n {2}- compose target\/compose: data at risk\n/) });
});

test('against a folder, for programs', async () => {
  await compose8s('synth', before);
  cpSync('dist', 'former', { recursive: true });
  const { code, stdout } = await compose8s('diff shop/dev --against former --json', after);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ against: 'former', changed: true, impact: 'recreate', changes: [{ construct: 'shop/dev/web', kind: 'services', impact: 'recreate' }] });
});

test('against a git revision, whose program is run with the packages of today', async () => {
  const git = (...argv: string[]) => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.example', ...argv], { stdio: 'ignore' });
  symlinkSync(join(LIBRARY, 'node_modules'), 'node_modules');
  writeFileSync('cdk8s.yaml', 'app: node --require tsx/cjs main.ts\n');
  writeFileSync('main.ts', `import { shop } from ${JSON.stringify(join(LIBRARY, 'test/support/secrets'))};\nimport { Compose } from ${JSON.stringify(join(LIBRARY, 'lib'))};\nshop({ targets: [new Compose()] }).synth();\n`);
  git('init', '-q');
  git('add', 'cdk8s.yaml', 'main.ts');
  git('commit', '-qm', 'first');
  expect(await compose8s('diff --against HEAD', before)).toMatchObject({ code: 0 });
  expect(await compose8s('diff --against HEAD', after)).toMatchObject({ code: 3, stdout: expect.stringContaining('1 change against HEAD: 1 recreate\n') });
  expect(await compose8s('diff --against no-such-revision', before)).toMatchObject({ code: 2, stderr: expect.stringContaining("✖ 'no-such-revision' is neither a folder with output nor a revision that git knows") });
}, 30_000);

test.each(['.', 'sources', '/etc', 'nowhere'])('a folder without output is not taken for an output without files: %s', async folder => {
  mkdirSync('sources');
  writeFileSync('sources/main.ts', '');
  expect(await compose8s(`diff --against ${folder}`, before)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`✖ '${folder}' is no folder with output, and this is no git repository\n  fix: name the folder that synthesis has written to`) });
});

describe('in a workspace', () => {
  beforeEach(() => {
    symlinkSync(join(LIBRARY, 'node_modules'), 'node_modules');
    mkdirSync('systems/shop', { recursive: true });
    process.chdir('systems/shop');
    writeFileSync('cdk8s.yaml', 'app: node --require tsx/cjs main.ts\n');
  });
  const commit = () => {
    for (const argv of [['init', '-q', '../..'], ['add', '.'], ['commit', '-qm', 'first']]) execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.example', ...argv], { stdio: 'ignore' });
  };

  test('packages of the folders above are those of the revision too', async () => {
    writeFileSync('main.ts', `import { shop } from ${JSON.stringify(join(LIBRARY, 'test/support/secrets'))};\nimport { Compose } from ${JSON.stringify(join(LIBRARY, 'lib'))};\nshop({ targets: [new Compose()] }).synth();\n`);
    commit();
    expect(await compose8s('diff --against HEAD', before)).toMatchObject({ code: 0 });
  }, 30_000);

  test('a program that fails is said to, without a stack trace', async () => {
    writeFileSync('main.ts', `throw new Error('no such host');\n`);
    commit();
    const { code, stderr } = await compose8s('diff --against HEAD', before);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^✖ the output of HEAD could not be made: [^]*Error: no such host\n {2}fix: /) });
    expect(stderr).not.toMatch(/^ +at |node:|^Node\.js/m);
  }, 30_000);
});
