import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { transformSync } from 'esbuild';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { App, Compose, Kubernetes, printProblems, synthesize, type Stack, type StackProps } from '../../lib';
import { ROOT, pages, programsOf, type Program } from './blocks';

const byPage = [...pages(), 'README.md'].map(page => [page, programsOf(page)] as const).filter(([, programs]) => programs.length > 0);
const all = byPage.flatMap(([, programs]) => programs);
const sources = new Map(all.map(({ path, code }) => [path, code]));

test('there are programs in the documentation, and no two have the same place', () => {
  expect(all.length).toBeGreaterThan(25);
  expect(sources.size).toBe(all.length);
});

test('every program of the documentation compiles', () => {
  const { options } = ts.getParsedCommandLineOfConfigFile(join(ROOT, 'tsconfig.json'), { noUnusedLocals: false, noUnusedParameters: false }, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => { throw new Error(String(messageText)); } })!;
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile, directoryExists } = host;
  host.readFile = path => sources.get(path) ?? readFile(path);
  host.fileExists = path => sources.has(path) || fileExists(path);
  host.directoryExists = path => [...sources.keys()].some(file => file.startsWith(`${path}/`)) || directoryExists!(path);
  host.getSourceFile = (path, target, ...rest) => (sources.has(path) ? ts.createSourceFile(path, sources.get(path)!, target, true) : getSourceFile(path, target, ...rest));
  const program = ts.createProgram([...sources.keys()], options, host);
  const found = all.flatMap(({ name, path }) => [...program.getSyntacticDiagnostics(program.getSourceFile(path)), ...program.getSemanticDiagnostics(program.getSourceFile(path))]
    .map(({ messageText, start = 0, file }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}\n  ${file!.text.slice(start).split('\n')[0]}`));
  expect(found).toEqual([]);
}, 120_000);

/** The programs of a page, each loaded once when it is asked for. */
function loader(programs: readonly Program[], folder: string) {
  const loaded = new Map<string, { exports: unknown }>();
  return function load(path: string): unknown {
    const known = loaded.get(path);
    if (known) return known.exports;
    const { code } = programs.find(program => program.path === path)!;
    const module = { exports: {} };
    loaded.set(path, module);
    const { code: plain } = transformSync(code, { loader: 'ts', format: 'cjs', target: 'node20' });
    const requireFrom = (name: string): unknown => {
      const file = name.startsWith('.') ? `${resolve(dirname(path), name)}.ts` : name;
      if (programs.some(program => program.path === file)) return load(file);
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      return require(name.startsWith('.') ? relative(__dirname, resolve(dirname(path), name)) : name);
    };
    new Function('require', 'exports', 'module', '__dirname', plain)(requireFrom, module.exports, module, folder);
    return module.exports;
  };
}

describe.each(byPage)('the programs of %s', (_, programs) => {
  const folder = mkdtempSync(join(tmpdir(), 'compose8s-docs-'));
  const output = join(folder, 'dist');
  // Sources, for the images that are built.
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app/Dockerfile'), 'FROM ruby:3.4-slim AS production\n');
  for (const file of ['package.json', 'package-lock.json']) writeFileSync(join(folder, 'app', file), '{}\n');
  const home = process.cwd();
  const load = loader(programs, folder);
  let printed = '';
  beforeEach(() => {
    printed = '';
    process.env.CDK8S_OUTDIR = output;
    process.chdir(folder);
    for (const stream of ['stdout', 'stderr'] as const) jest.spyOn(process[stream], 'write').mockImplementation(line => { printed += String(line); return true; });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    delete process.env.CDK8S_OUTDIR;
    process.chdir(home);
    delete process.exitCode;
    rmSync(output, { recursive: true, force: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const { name, path, code, inStack, isWrong } of programs) {
    // It declares tests of its own, as it would in a file. No line stands in their names: snapshots are found by them.
    if (code.includes("from '@jest/globals'")) describe('a test', () => { load(path); });
    else if (inStack) {
      test(`${name} synthesizes on both targets`, () => {
        const app = new App();
        const { default: Shop } = load(path) as { default: new (app: App, props: StackProps) => Stack };
        new Shop(app, { targets: [new Compose(), new Kubernetes({ registry: 'registry.example' })] });
        expect(printProblems(synthesize(app).problems)).toBe('');
      });
    } else {
      test(`${name} ${isWrong ? 'is refused' : 'runs'}`, () => {
        load(path);
        expect({ code: process.exitCode ?? 0, printed }).toEqual({ code: isWrong ? 1 : 0, printed: expect.any(String) });
        if (!isWrong && code.includes('app.synth(')) expect({ printed, written: existsSync(join(output, '.compose8s.json')) }).toEqual({ printed: expect.stringContaining('files written'), written: true });
      });
    }
  }
});
