import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canCheck, missing } from '../support/here';
import { cleanUp, filesBelow, temporaryFolder } from '../support/secrets';

const LIBRARY = resolve(__dirname, '../..');
let project: string;

// Each command is two processes that compile TypeScript.
jest.setTimeout(60_000);

interface Ended { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** The real command, in a process of its own, which starts the project's program in another. */
function compose8s(...argv: string[]): Promise<Ended> {
  return runs(join(LIBRARY, 'lib/cli/compose8s.cjs'), ...argv);
}

function runs(...argv: string[]): Promise<Ended> {
  return new Promise(done => {
    const child = spawn(process.execPath, argv, { cwd: project });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', chunk => { output[stream] += String(chunk); });
    child.on('close', code => done({ code, ...output }));
  });
}

function write(path: string, text: string): void {
  writeFileSync(join(project, path), text);
}

beforeAll(() => {
  project = temporaryFolder();
  symlinkSync(join(LIBRARY, 'node_modules'), join(project, 'node_modules'));
});
afterAll(cleanUp);

beforeEach(() => {
  write('cdk8s.yaml', 'language: typescript\napp: node --require tsx/cjs main.ts\n');
  write('main.ts', `import { shop } from ${JSON.stringify(join(LIBRARY, 'test/support/secrets'))};\nshop({ environments: ['dev', 'prod'] }).synth();\n`);
  rmSync(join(project, 'secrets'), { recursive: true, force: true });
});

describe('the command', () => {
  test('is answered in the process of the stacks\' program, which then writes no output', async () => {
    expect(await compose8s('secrets', 'init', 'shop/dev')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('✔ made secrets/shop/dev/database/password\n') });
    expect(existsSync(join(project, 'dist'))).toBe(false);
  });

  test.each([['by Node.js', 'node --require tsx/cjs main.ts'], ['by another program', 'npx tsx main.ts']])('prints for programs what they can read, whatever the program itself prints, started %s', async (_how, app) => {
    write('cdk8s.yaml', `app: ${app}\n`);
    write('main.ts', `console.log('hello');\nprocess.stdout.write('so far\\n');\nimport { shop } from ${JSON.stringify(join(LIBRARY, 'test/support/secrets'))};\nshop({ environments: ['dev', 'prod'] }).synth();\nconsole.log('done');\n`);
    const { code, stdout, stderr } = await compose8s('list', '--json');
    expect({ code, stderr, stacks: (JSON.parse(stdout) as { readonly stack: string }[]).map(({ stack }) => stack) }).toEqual({ code: 0, stderr: expect.stringMatching(/^(npm warn .*\n)*hello\nso far\ndone\n$/), stacks: ['shop/dev', 'shop/prod'] });
  });

  test('ends as its answer does', async () => {
    expect(await compose8s('secrets', 'check', 'shop/dev')).toMatchObject({ code: 1, stderr: '' });
    expect(await compose8s('secrets', 'check', 'shop/dve')).toEqual({ code: 2, stdout: '', stderr: "✖ there is no stack 'shop/dve'\n  fix: did you mean shop/dev?\n" });
  });

  test('synthesizes as the program alone does', async () => {
    expect(await compose8s('synth', '--environment', 'dev')).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ dist/shop/dev/compose') });
    expect(existsSync(join(project, 'dist/shop/prod'))).toBe(false);
  });

  test('lets the program that it starts be named', async () => {
    write('cdk8s.yaml', 'app: exit 9\n');
    expect(await compose8s('--app', 'node --require tsx/cjs main.ts', 'secrets', 'init', 'shop/dev')).toMatchObject({ code: 0 });
  });

  test.each([
    ['fails', 'app: exit 9\n', 9, ''],
    ['does not answer', 'app: node --version\n', 2, '✖ the program ended without answering: node --version\n  fix: let it end with app.synth(), where app is an App of compose8s\n'],
    ['is not named', 'language: typescript\n', 2, /does not say what runs the stacks' program\n {2}fix: add a line, for example: app: node --require tsx\/cjs apps\/main.ts\n$/],
    ['is in no YAML', 'app: [\n', 2, /^✖ .*cdk8s.yaml is not YAML: .*\n {2}fix: mend it\n$/],
  ])('says so where the program %s', async (_what, yaml, code, stderr) => {
    write('cdk8s.yaml', yaml);
    expect(await compose8s('secrets', 'init', 'shop/dev')).toEqual({ code, stdout: code === 2 && stderr.toString().includes('version') ? expect.stringMatching(/^v\d+/) : '', stderr: typeof stderr === 'string' ? stderr : expect.stringMatching(stderr) });
  });

  test.each([['--help'], ['secrets', 'init', 'shop/dev'], ['list', '--json']])('%s is silent where nobody reads what it prints, and does its work', async (...argv) => {
    const child = spawn(process.execPath, [join(LIBRARY, 'lib/cli/compose8s.cjs'), ...argv], { cwd: project });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', chunk => { stderr += String(chunk); });
    expect(await new Promise(done => child.on('close', done))).toBe(0);
    expect(stderr).toBe('');
    expect(existsSync(join(project, 'secrets/shop/dev/database/password'))).toBe(argv[0] === 'secrets');
  });

  describe('says where the program fails, in its own lines', () => {
    const library = (path: string) => JSON.stringify(join(LIBRARY, path));
    const STACK = `import { App, Compose, Stack } from ${library('lib')};\nimport { Adminer, Postgres } from ${library('constructs')};\nconst stack = new Stack(new App(), 'shop', 'dev', { targets: [new Compose()] });\n`;
    const TWICE = `${STACK}new Postgres(stack, 'db', { storage: '1Gi' });\nnew Postgres(stack, 'db', { storage: '1Gi' });\n`;
    const NOTHING = `${STACK}new Adminer(stack, 'adminer', {} as any);\n`;
    test.each([
      ['throws', `const stacks: any = undefined;\nstacks.forEach();\n`, /^✖ TypeError: Cannot read properties of undefined \(reading 'forEach'\)\n {2}at main.ts:2:8\n(?: {2}at main.ts:\d+:\d+\n)*$/],
      ['rejects', `void (async () => {\n  throw new Error('no such host');\n})();\n`, /^✖ no such host\n {2}at main.ts:2:9\n(?: {2}at main.ts:\d+:\d+\n)*$/],
      ['throws something', `throw 'nothing of use';\n`, /^nothing of use\n$/],
      ['cannot be read', `const a = {;\n`, /^✖ Transform failed with 1 error:\n.*main.ts:1:11: ERROR: Expected identifier but found ";"\n$/],
      ['misses a file', `import './stacks';\n`, /^✖ Cannot find module '.\/stacks'\n[^]*main.ts[^]*$/],
      ['puts a Text into a string', `import { App, Compose, Stack } from ${library('lib')};\nimport { Postgres } from ${library('constructs')};\nconst { url } = new Postgres(new Stack(new App(), 'shop', 'dev', { targets: [new Compose()] }), 'db', { storage: '1Gi' });\nconsole.log(\`\${url}\`);\n`, /^✖ a Text was put into a plain string, which would lose what it refers to\n {2}fix: tag the template: .*\n(?: {2}at .*\n)* {2}at main.ts:4:\d+\n/],
      ['gives an id twice', TWICE, /^✖ two constructs in Stack \[dev\] have the id 'db'\n {2}fix: give one of them another id\n(?: {2}at .*\n)* {2}at main.ts:5:\d+\n/],
      ['has two apps', `import { App } from ${library('lib')};\nfor (let i = 0; i < 2; i++) new App().synth();\n`, /^✖ the program synthesizes a second App, of which the command line sees nothing: put all stacks into one\n/],
    ])('that %s', async (_what, program, stderr) => {
      write('main.ts', program);
      expect(await compose8s('list')).toMatchObject({ code: 1, stderr: expect.stringMatching(stderr) });
    });

    test.each([
      ['gives an id twice', TWICE, /^✖ two constructs in Stack \[dev\] have the id 'db'\n {2}fix: give one of them another id\n(?: {2}at .*\n)* {2}at main.ts:5:\d+\n/],
      ['forgets what a construct is about', NOTHING, /^✖ shop\/dev\/adminer is given no 'of'\n {2}fix: name the database that it shows: of: db\n(?: {2}at .*\n)* {2}at main.ts:4:\d+\n/],
      ['throws', `import { App } from ${library('lib')};\nnew App();\nthrow new TypeError('no such thing');\n`, /^TypeError: no such thing\n {4}at /],
    ])('run by itself it %s: that is said too', async (_what, program, stderr) => {
      write('main.ts', program);
      expect(await runs('--require', 'tsx/cjs', 'main.ts')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(stderr) });
    });

    test('but for faults of packages, of which it tells all', async () => {
      write('main.ts', `setTimeout(() => undefined, 1);\nimport { readFileSync } from 'node:fs';\nprocess.nextTick(readFileSync as () => void);\n`);
      const { code, stderr } = await compose8s('list');
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^TypeError[^]*\n {4}at [^]*node:/) });
    });
  });

  test('refuses a Node.js that is too old', async () => {
    write('old.cjs', `Object.defineProperty(process.versions, 'node', { value: '20.11.1' });\n`);
    const run = await new Promise<Ended>(done => {
      const child = spawn(process.execPath, ['--require', './old.cjs', join(LIBRARY, 'lib/cli/compose8s.cjs'), 'list'], { cwd: project });
      let stderr = '';
      child.stderr.on('data', chunk => { stderr += String(chunk); });
      child.on('close', code => done({ code, stdout: '', stderr }));
    });
    expect(run).toMatchObject({ code: 2, stderr: '✖ this is Node.js 20.11.1, which is too old\n  fix: install 20.12 or newer\n' });
  });

  test('says so where there is no project, and helps without one', async () => {
    rmSync(join(project, 'cdk8s.yaml'));
    expect(await compose8s('synth')).toMatchObject({ code: 2, stderr: expect.stringMatching(/^✖ there is no cdk8s.yaml in .*\n {2}fix: run this in the project's folder/) });
    expect(await compose8s('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes:') });
    expect(await compose8s('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

if (canCheck('colour at a terminal', missing('script'))) {
  describe('colour', () => {
    const [red, green] = ['\u001b[31m✖', '\u001b[32m✔'];
    /** All that it prints at a terminal, which `script` makes. */
    const atTerminal = (line: string, env: Readonly<Record<string, string>> = {}) => spawnSync('script', ['--quiet', '--return', '--command', line, '/dev/null'], { cwd: project, encoding: 'utf8', input: '', env: { ...plain, ...env } }).stdout;
    // Node.js sees no colours where the environment is that of a CI.
    const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...rest } = process.env;
    const plain = { ...rest, TERM: 'xterm-256color' };
    const command = `${process.execPath} ${join(LIBRARY, 'lib/cli/compose8s.cjs')}`;

    test.each([
      ['a command', `${command} validate`, green], ['synthesis by the program alone', 'node --require tsx/cjs main.ts', green],
      ['a mistake, where the answer goes elsewhere,', `${command} validate --environment none > out.txt`, red],
    ])('%s has it at a terminal, unless it is unwanted there', (_what, line, sign) => {
      expect(atTerminal(line)).toContain(sign);
      const unwanted = atTerminal(line, { NO_COLOR: '1' });
      expect(unwanted).toContain(sign.slice(-1));
      expect(unwanted).not.toContain('\u001b[3');
    });

    test('what goes to a file has none, even of a terminal', () => {
      expect(atTerminal(`${command} validate > out.txt`)).toBe('');
      expect(readFileSync(join(project, 'out.txt'), 'utf8')).toMatch(/^✔ 2 stacks/);
    });
  });
}

test('several at once make each value once, and leave a whole', async () => {
  const runs = await Promise.all(Array.from({ length: 4 }, () => compose8s('secrets', 'init', 'shop/dev')));
  expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(4).fill({ code: 0, stderr: '' }));
  const made = runs.flatMap(({ stdout }) => stdout.match(/(?<=✔ made ).*/g) ?? []);
  expect(made.sort()).toEqual([...new Set(made)]);
  expect(made).toHaveLength(6);
  expect([...filesBelow(join(project, 'secrets')).keys()].filter(path => path.includes('.new-'))).toEqual([]);
  expect(await compose8s('secrets', 'check', 'shop/dev')).toMatchObject({ code: 0 });
});

test('a program of type "module" is told which loader it needs', async () => {
  write('package.json', '{ "type": "module" }');
  try {
    expect(await compose8s('list')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^✖ Unknown file extension ".ts" for .*main.ts\n {2}fix: in a project of type "module", TypeScript is run by: node --import tsx main.ts\n$/) });
    write('cdk8s.yaml', 'app: node --import tsx main.ts\n');
    expect(await compose8s('list', '--names')).toEqual({ code: 0, stderr: '', stdout: 'shop/dev\nshop/prod\n' });
  } finally {
    rmSync(join(project, 'package.json'));
  }
});

describe('synth --watch', () => {
  let child: ChildProcess;
  let printed = '';
  const runs = () => printed.match(/waiting for a change/g)?.length ?? 0;
  const until = async (number: number) => {
    const end = performance.now() + 30_000;
    while (runs() < number && performance.now() < end) await new Promise(done => setTimeout(done, 10));
    expect(runs()).toBe(number);
  };
  const watch = () => {
    printed = '';
    child = spawn(process.execPath, [join(LIBRARY, 'lib/cli/compose8s.cjs'), 'synth', '--watch', '--output', 'out'], { cwd: project });
    for (const stream of ['stdout', 'stderr'] as const) child[stream]!.on('data', chunk => { printed += String(chunk); });
  };
  const stop = async () => {
    const code = new Promise(done => child.on('close', done));
    child.kill('SIGTERM');
    return code;
  };
  /** Says first of all whether the packages were there when it began. */
  const program = (...environments: string[]) => write('main.ts', `
const ahead = ['cdk8s', 'cdk8s-plus-28', 'js-yaml', 'commander'].filter(name => Object.keys(require.cache).some(path => path.includes(\`/node_modules/\${name}/\`)));
console.log(\`loaded ahead: \${ahead.join(' ')}.\`);
require(${JSON.stringify(join(LIBRARY, 'test/support/secrets'))}).shop({ environments: ${JSON.stringify(environments)} }).synth();
`);

  test('synthesizes again on a change, in a process that has loaded ahead what takes time', async () => {
    program('dev');
    watch();
    try {
      await until(1);
      expect(printed).toContain('loaded ahead: .\n');
      expect(filesBelow(join(project, 'out')).has('shop/dev/compose/compose.yaml')).toBe(true);
      program('stage');
      await until(2);
      expect(printed).toContain('~ main.ts\n');
      expect(printed).toContain('loaded ahead: cdk8s cdk8s-plus-28 js-yaml commander.\n');
      expect(filesBelow(join(project, 'out')).has('shop/stage/compose/compose.yaml')).toBe(true);
      await new Promise(done => setTimeout(done, 300));
      expect(runs()).toBe(2);
    } finally {
      expect(await stop()).toBe(0);
    }
  });

  test('looks into a folder called secrets or coverage, unless it is the one of the project', async () => {
    for (const folder of ['secrets/shop/dev', 'coverage', 'constructs/secrets', 'constructs/coverage']) mkdirSync(join(project, folder), { recursive: true });
    program('dev');
    watch();
    try {
      await until(1);
      for (const file of ['secrets/shop/dev/key', 'coverage/report.json']) write(file, '');
      await new Promise(done => setTimeout(done, 300));
      expect(runs()).toBe(1);
      // Written again until it is seen: a change that comes while the watch is being set up may pass unseen.
      for (const file of ['constructs/secrets/vault.ts', 'constructs/coverage/report.ts']) {
        for (let i = 0; i < 20 && !printed.includes(`~ ${file}\n`); i++) {
          write(file, `// ${i}`);
          await new Promise(done => setTimeout(done, 2000));
        }
        expect(printed).toContain(`~ ${file}\n`);
      }
    } finally {
      for (const folder of ['coverage', 'constructs']) rmSync(join(project, folder), { recursive: true });
      expect(await stop()).toBe(0);
    }
  });

  test('ends in silence, even while the next process is still getting itself ready', async () => {
    program('dev');
    watch();
    await until(1);
    expect(await stop()).toBe(0);
    expect(printed).toMatch(/\d+ ms; waiting for a change \(Ctrl-C ends it\)\n$/);
  });
});
