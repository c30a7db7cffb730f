import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');

interface Import { readonly from: string; readonly to: string }

/** Every TypeScript file below a folder of the project. */
function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`;
    // An application is a program of its own, with packages of its own.
    if (/^apps\/[^/]+\/app$/.test(path)) return [];
    return entry.isDirectory() ? sourcesIn(path) : /(?<!\.d)\.ts$/.test(path) ? [path] : [];
  });
}

/** What a file names after `from`, in `import(…)`, in the type `import('…')` and in `require(…)`. */
function namedBy(path: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal
        : ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require') ? node.arguments[0]
          : undefined;
    if (name && ts.isStringLiteral(name)) names.push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.Latest, true));
  return names;
}

/** The file of the project that is meant, or the name of a package. */
function resolved(from: string, name: string): string {
  if (!name.startsWith('.')) return name;
  const base = resolve(ROOT, dirname(from), name);
  const file = [base, `${base}.ts`, `${base}.d.ts`, join(base, 'index.ts')].find(path => existsSync(path) && statSync(path).isFile());
  if (!file) throw new Error(`${from} imports ${name}, which is not there`);
  return relative(ROOT, file);
}

/** `lib/targets/compose/networks.ts` → `lib/targets/compose`: folders within a layer belong to it. */
function layerOf(path: string): string {
  const [, layer] = /^(lib\/targets\/[^/]+|lib\/[^/]+(?=\/)|lib|constructs|apps|test)\//.exec(path) ?? [];
  return layer ?? `package ${path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : path.split('/')[0]}`;
}

const imports: readonly Import[] = ['lib', 'constructs', 'apps'].flatMap(sourcesIn).flatMap(from => [...new Set(namedBy(from))].map(name => ({ from, to: resolved(from, name) })));

/** What each layer may import, besides itself. `lib` is the public face. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'lib/model': ['package constructs', 'package croner', 'package ipaddr.js'],
  'lib/core': ['lib/model'],
  'lib/targets/compose': ['lib/core', 'lib/model'],
  'lib/targets/kubernetes': ['lib/core', 'lib/model'],
  'lib/cli': ['lib/core', 'lib/model'],
  // The test kit knows the documents of each target by their types.
  'lib/testing': ['lib/core', 'lib/model', 'lib/targets/compose', 'lib/targets/kubernetes'],
  // Makes the package and its reference, and is not in it.
  'lib/packaging': ['lib/cli'],
  // The public face has the command line answer in the program's process.
  lib: ['lib/model', 'lib/core', 'lib/targets/compose', 'lib/targets/kubernetes', 'lib/cli'],
  constructs: ['lib/core', 'lib/model'],
  apps: ['constructs', 'lib'],
};

const isPackage = (layer: string) => layer.startsWith('package ');
const between = imports.map(({ from, to }) => ({ text: `${from} → ${to}`, from: layerOf(from), to: layerOf(to) })).filter(({ from, to }) => from !== to);

describe('imports', () => {
  test('are found at all', () => {
    expect(imports.length).toBeGreaterThan(200);
    expect(imports).toContainEqual({ from: 'apps/cedrus/production.ts', to: 'constructs/index.ts' });
  });

  test('come from layers that are known', () => {
    expect([...new Set(imports.map(({ from }) => layerOf(from)))].filter(layer => !(layer in ALLOWED))).toEqual([]);
  });

  test.each(Object.keys(ALLOWED))('of %s go only where they may', layer => {
    const wrong = between.filter(({ from, to }) => from === layer && !isPackage(to) && !ALLOWED[layer]!.includes(to));
    expect(wrong.map(({ text }) => text)).toEqual([]);
  });

  test('of the model reach no other package than those that it is made with', () => {
    const wrong = between.filter(({ from, to }) => from === 'lib/model' && isPackage(to) && !ALLOWED['lib/model']!.includes(to));
    expect(wrong.map(({ text }) => text)).toEqual([]);
  });

  test('of constructs never reach a target, nor the public face that has them', () => {
    expect(between.filter(({ from, to }) => from === 'constructs' && (to === 'lib' || to.startsWith('lib/targets'))).map(({ text }) => text)).toEqual([]);
  });

  test('of a target never reach another', () => {
    expect(between.filter(({ from, to }) => from.startsWith('lib/targets/') && to.startsWith('lib/targets/')).map(({ text }) => text)).toEqual([]);
  });

  test('of the library and its constructs name packages that users get with it', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<'dependencies' | 'peerDependencies', Record<string, string> | undefined>;
    const known = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
    // Run by our own script; for those who test with Jest, and so have it.
    const tools = ['lib/packaging/', 'lib/targets/compose/schema/generate.ts', 'lib/testing/jest.ts'];
    const wrong = between.filter(({ text, to }) => isPackage(to) && !to.startsWith('package node:') && !known.has(to.slice('package '.length)) && !tools.some(tool => text.startsWith(tool)));
    expect(wrong.map(({ text }) => text)).toEqual([]);
  });

  test('go in circles between no two layers', () => {
    const layers = new Map<string, Set<string>>();
    for (const { from, to } of between) if (!isPackage(to)) layers.set(from, (layers.get(from) ?? new Set()).add(to));
    const reach = (layer: string, seen = new Set<string>()): Set<string> => {
      for (const next of layers.get(layer) ?? []) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    expect([...layers.keys()].filter(layer => reach(layer).has(layer))).toEqual([]);
  });
});
