import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { cleanUp, filesBelow, temporaryFolder } from '../support/secrets';
import { compose8s } from './run-command';

const LIBRARY = resolve(__dirname, '../..');
const home = process.cwd();
beforeEach(() => process.chdir(temporaryFolder()));
afterEach(() => {
  process.chdir(home);
  cleanUp();
});

test('makes a project that type-checks, passes its tests and synthesizes at once', async () => {
  expect(await compose8s('init my-shop')).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(/^✔ my-shop: \d+ files\n {2}→ cd my-shop && npm install && npm test && npm run synth\n$/) });
  symlinkSync(join(LIBRARY, 'node_modules'), 'my-shop/node_modules');
  // The package is what this library is here; its own test installs the packed one.
  const { compilerOptions: { paths } } = JSON.parse(readFileSync(join(LIBRARY, 'tsconfig.json'), 'utf8')) as { compilerOptions: { paths: Record<string, [string]> } };
  const here = Object.entries(paths).map(([name, [path]]) => [name, join(LIBRARY, path)] as const);
  const tsconfig = { compilerOptions: { target: 'es2022', module: 'node16', lib: ['es2023'], types: ['node'], strict: true, skipLibCheck: true, noEmit: true, paths: Object.fromEntries(here.map(([name, path]) => [name, [path]])) }, include: ['*.ts'] };
  writeFileSync('my-shop/tsconfig.json', JSON.stringify(tsconfig));
  const moduleNameMapper = Object.fromEntries(here.map(([name, path]) => [`^${name}$`, path]));
  writeFileSync('my-shop/jest.config.cjs', `module.exports = ${JSON.stringify({ testMatch: ['<rootDir>/*.test.ts'], transform: { '\\.ts$': `${LIBRARY}/test/support/typescript-transform.cjs` }, moduleNameMapper })};`);
  const run = (...argv: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: 'my-shop', encoding: 'utf8' });
    return { status, text: stdout + stderr };
  };
  expect(run('node_modules/typescript/bin/tsc')).toEqual({ status: 0, text: '' });
  // As on a machine of its own: the first run writes the snapshot.
  expect(run('node_modules/jest/bin/jest.js', '--ci=false')).toMatchObject({ status: 0, text: expect.stringMatching(/4 passed[^]*1 written/) });
  expect(run('node_modules/jest/bin/jest.js', '--ci')).toMatchObject({ status: 0, text: expect.stringMatching(/4 passed[^]*1 passed/) });
  expect(run('--require', 'tsx/cjs', 'main.ts')).toMatchObject({ status: 0, text: expect.stringContaining('✔ dist/my-shop/dev/compose') });
  expect(existsSync('my-shop/dist/my-shop/prod/kubernetes/web.yaml')).toBe(true);
}, 90_000);

test('names what the library is used with: the project decides on their versions', async () => {
  await compose8s('init shop');
  const { dependencies } = JSON.parse(filesBelow('shop').get('package.json')!) as { dependencies: Record<string, string> };
  const { version, peerDependencies } = JSON.parse(readFileSync(join(LIBRARY, 'package.json'), 'utf8')) as { version: string; peerDependencies: Record<string, string> };
  expect(Object.keys(peerDependencies)).toEqual(['cdk8s', 'cdk8s-plus-28', 'constructs']);
  expect(dependencies).toEqual({ ...peerDependencies, compose8s: `^${version}` });
});

test('the workflow tests, synthesizes, shows the diff, builds and scans', async () => {
  await compose8s('init shop');
  const { jobs } = load(filesBelow('shop').get('.github/workflows/ci.yaml')!) as { jobs: { check: { steps: { run?: string }[] } } };
  const commands = jobs.check.steps.map(({ run }) => run ?? '').join('\n');
  expect(commands).toMatch(/npm test\n[^]*compose8s synth\n[^]*compose8s diff --against[^]*docker compose [^]* build\n[^]*trivy/);
});

/** The shell of a step of the workflow, as GitHub runs it, with tools that stand for the real ones. */
async function step(name: string, tools: Readonly<Record<string, string>>) {
  await compose8s('init shop');
  const { jobs } = load(filesBelow('shop').get('.github/workflows/ci.yaml')!) as { jobs: { check: { steps: { name?: string; run?: string }[] } } };
  const { run } = jobs.check.steps.find(one => one.name === name)!;
  mkdirSync('bin');
  for (const [tool, script] of Object.entries(tools)) writeFileSync(`bin/${tool}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${resolve('bin')}:${process.env.PATH}`, BASE: 'main', GITHUB_STEP_SUMMARY: resolve('summary.md') };
  const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run!], { encoding: 'utf8', env });
  return { status, stdout };
}

test.each([
  { code: 0, status: 0, says: '- gone\n' },
  { code: 3, status: 0, says: '- gone\n' },
  { code: 4, status: 0, says: expect.stringMatching(/^- gone\n::warning::/) },
  { code: 1, status: 1, says: '- gone\n' },
])('the summary shows the diff as it is, and the step ends as that says: $code', async ({ code, status, says }) => {
  expect(await step('What would change', { git: '', npx: `echo '- gone'; exit ${code}` })).toEqual({ status, stdout: says });
  expect(readFileSync('summary.md', 'utf8')).toBe('```text\n- gone\n```\n');
});

test('the workflow builds without a value of any secret, and scans all that list names', async () => {
  const docker = resolve('docker.log');
  const tools = { docker: `echo "$*" >> ${docker}`, npx: `[ "$*" = 'compose8s list shop/prod --json' ] && echo '[{ "images": [{ "image": "a:1" }, { "image": "b:2" }] }]'` };
  expect(await step('Scan the images', tools)).toMatchObject({ status: 0 });
  expect(readFileSync(docker, 'utf8')).toMatch(/^run .* a:1\nrun .* b:2\n$/);
  expect(filesBelow('shop').get('.github/workflows/ci.yaml')).not.toContain('secrets init');
});

test('refuses a folder that is not empty, and a name that cannot be', async () => {
  mkdirSync('there/.git', { recursive: true });
  expect(await compose8s('init there')).toMatchObject({ code: 0 });
  expect(await compose8s('init there')).toMatchObject({ code: 2, stderr: expect.stringMatching(/^✖ .*\/there is not empty: .* is there\n {2}fix: name a folder/) });
  expect(await compose8s('init No_Name')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("✖ 'No_Name' cannot be the name of a system") });
  expect(existsSync('No_Name')).toBe(false);
  const [longest, longer] = [58, 59].map(length => 'a'.repeat(length));
  expect(await compose8s(`init ${longer}`)).toMatchObject({ code: 2, stdout: '', stderr: `✖ '${longer}' has 59 characters, and the name of a system may have 58\n  fix: choose a shorter one\n` });
  expect(existsSync(longer!)).toBe(false);
  expect(await compose8s(`init ${longest}`)).toMatchObject({ code: 0 });
  // What CI installs from must be there.
  expect(readFileSync(`${longest}/.github/workflows/ci.yaml`, 'utf8')).toContain('run: npm ci\n');
  expect(readFileSync(`${longest}/README.md`, 'utf8')).toContain('Commit `package-lock.json`');
  expect(readFileSync(`${longest}/.gitignore`, 'utf8')).not.toContain('package-lock.json');
  // With the longest of its environments.
  expect(`${longest}-prod`).toHaveLength(63);
});
