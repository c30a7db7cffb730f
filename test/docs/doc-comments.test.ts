import { describe, expect, test } from '@jest/globals';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { exports } from '../../package.json';
import { ROOT } from './blocks';

/** Constructs that no target has anything of. */
const ON_NO_TARGET: Readonly<Record<string, string>> = {
  App: 'the root of all stacks: it only writes what their targets make',
  Primitive: 'abstract: each kind of primitive says what it becomes',
};

/** Their fields are those of another format, whose own reference says what may be left out. */
const FORMATS = ['Manifests'];

const program = programOfPackage();
const checker = program.getTypeChecker();
const exported = [...new Set(Object.values(exports).flatMap(entry => (typeof entry === 'object' ? exportsOf(entry.types) : [])))].filter(isOwn);

describe('the doc comments of what can be imported', () => {
  test('say of each export, member and prop what it is', () => {
    expect(exported.flatMap(undocumented).sort()).toEqual([]);
  });

  test('say of all that may be left out what holds then: "Default: …"', () => {
    const own = exported.filter(({ name }) => !FORMATS.includes(name)).flatMap(declarationsOf).flatMap(node => withoutDefault(node, nameOf(node), docOf(symbolOf(node))));
    expect([...new Set([...own, ...exported.flatMap(takenOverWithoutDefault)])].sort()).toEqual([]);
  });

  test('say the default that the code has', () => {
    const defaults = program.getSourceFiles().filter(({ isDeclarationFile }) => !isDeclarationFile).flatMap(defaultsBelow);
    expect(defaults.length).toBeGreaterThan(60);
    expect(defaults.filter(({ value, doc }) => !isDefault(value, doc)).map(({ node, name, value }) => place(node, `${name}, ${value}`))).toEqual([]);
  });

  test('say of constructs, images and the values of primitives what they become: "Compose: … Kubernetes: …"', () => {
    const becoming = exported.filter(symbol => isConstruct(symbol) || isImage(symbol) || isValue(symbol));
    expect(Object.keys(ON_NO_TARGET).filter(name => !becoming.some(symbol => symbol.name === name))).toEqual([]);
    expect(becoming.filter(({ name }) => !(name in ON_NO_TARGET)).filter(symbol => !/\bCompose:\s[^]*\bKubernetes:\s/.test(docOf(symbol))).map(placeOf).sort()).toEqual([]);
  });

  test('say of each prop of a workload what it becomes', () => {
    const props = exported.filter(({ name }) => name === 'WorkloadProps').flatMap(declarationsOf).flatMap(membersOf).map(symbolOf);
    expect(props.length).toBeGreaterThan(20);
    expect(props.filter(prop => !/\bCompose:\s[^]*\bKubernetes:\s/.test(docOf(prop))).map(placeOf)).toEqual([]);
  });
});

function programOfPackage(): ts.Program {
  const onUnRecoverableConfigFileDiagnostic = ({ messageText }: ts.Diagnostic) => { throw new Error(String(messageText)); };
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(join(ROOT, 'lib/packaging/tsconfig.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic })!;
  return ts.createProgram(fileNames, options);
}

/** @param types as package.json names them: `./build/lib/index.d.ts`. */
function exportsOf(types: string): readonly ts.Symbol[] {
  const source = program.getSourceFile(join(ROOT, types.replace('./build/', '').replace(/\.d\.ts$/, '.ts')))!;
  return checker.getExportsOfModule(checker.getSymbolAtLocation(source)!).map(symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

/** What others have written, or what is made from the schema of Compose files, is not for us to comment. */
function isOwn(symbol: ts.Symbol): boolean {
  return declarationsOf(symbol).length > 0;
}

function declarationsOf({ declarations = [] }: ts.Symbol): readonly ts.Declaration[] {
  return declarations.filter(node => !node.getSourceFile().isDeclarationFile);
}

function symbolOf(node: ts.Declaration): ts.Symbol {
  return checker.getSymbolAtLocation(ts.getNameOfDeclaration(node) ?? node)!;
}

function nameOf(node: ts.Node): string {
  return ts.getNameOfDeclaration(node as ts.Declaration)?.getText() ?? '';
}

/**
 * With what is said of parameters. What a class takes over from its interface is described there; so is a field of a type
 * that says which other has the same fields, before their defaults are filled in.
 */
function docOf(symbol: ts.Symbol): string {
  const parameters = symbol.getJsDocTags(checker).filter(({ name }) => name === 'param').map(({ text }) => ts.displayPartsToString(text));
  const own = [ts.displayPartsToString(symbol.getDocumentationComment(checker)), ...parameters].join('\n').trim();
  if (own !== '') return own;
  const around = declarationsOf(symbol)[0]?.parent;
  if (!around || !ts.isInterfaceDeclaration(around)) return own;
  const linked = [...docOf(symbolOf(around)).matchAll(/\{@link (\w+)\}/g)].flatMap(([, name]) => exported.filter(one => one.name === name && (one.flags & ts.SymbolFlags.Interface)));
  return linked.flatMap(one => checker.getDeclaredTypeOfSymbol(one).getProperty(symbol.name) ?? []).map(docOf).find(doc => doc !== '') ?? own;
}

function placeOf(symbol: ts.Symbol): string {
  const node = declarationsOf(symbol)[0]!;
  const around = ts.isVariableDeclaration(node) || !node.parent || ts.isSourceFile(node.parent) ? '' : `${nameOf(node.parent)}.`;
  return place(node, `${around}${symbol.name}`);
}

function place(node: ts.Node, name: string): string {
  return `${relative(ROOT, node.getSourceFile().fileName)}: ${name}`;
}

/** Itself and its members. */
function undocumented(symbol: ts.Symbol): readonly string[] {
  const all = [symbol.name, ...declarationsOf(symbol).flatMap(membersOf)].map(one => (typeof one === 'string'
    ? { name: one, node: declarationsOf(symbol)[0]!, doc: docOf(symbol) }
    : { name: `${symbol.name}.${nameOf(one)}`, node: one, doc: docOf(symbolOf(one)) }));
  return all.filter(({ doc }) => doc.trim() === '').map(({ node, name }) => place(node, name));
}

/** The public ones, with those of a base that is not exported itself. */
function membersOf(node: ts.Declaration): readonly ts.Declaration[] {
  if (ts.isInterfaceDeclaration(node)) return [...node.members.filter(isNamed), ...basesOf(node).flatMap(membersOf)];
  if (ts.isClassDeclaration(node)) {
    const properties = node.members.filter(ts.isConstructorDeclaration).flatMap(({ parameters }) => parameters.filter(one => ts.isParameterPropertyDeclaration(one, one.parent)));
    return [...node.members, ...properties].filter(member => isPublic(member) && isNamed(member));
  }
  const literal = ts.isVariableDeclaration(node) && node.initializer ? unwrapped(node.initializer) : undefined;
  return literal && ts.isObjectLiteralExpression(literal) ? literal.properties : [];
}

/** What it has of interfaces that are not exported themselves. */
function basesOf({ heritageClauses }: ts.InterfaceDeclaration): readonly ts.InterfaceDeclaration[] {
  return [...heritageClauses ?? []].flatMap(({ types }) => types.flatMap(hiddenIn));
}

/** The interface that stands here, where it is not exported itself. */
function hiddenIn(node: ts.Node): readonly ts.InterfaceDeclaration[] {
  if (!ts.isTypeReferenceNode(node) && !ts.isExpressionWithTypeArguments(node)) return [];
  const { symbol } = checker.getTypeAtLocation(node);
  return symbol && !exported.includes(symbol) ? declarationsOf(symbol).filter(ts.isInterfaceDeclaration) : [];
}

function isPublic(member: ts.Declaration): boolean {
  return !(ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected));
}

function isNamed(member: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(member);
  return name !== undefined && !ts.isComputedPropertyName(name) && !ts.isPrivateIdentifier(name);
}

function unwrapped(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? unwrapped(node.expression) : node;
}

/**
 * Props, parameters, and props of types that have no name of their own, for which what they stand in may speak. What a
 * parameter of a named type may leave out is said there.
 */
function withoutDefault(node: ts.Node, name: string, doc: string): readonly string[] {
  if (ts.isBlock(node) || (ts.isClassElement(node) && !isPublic(node)) || (ts.isParameter(node) && nameOf(node) === 'this')) return [];
  return [...hiddenIn(node).flatMap(hidden => withoutDefault(hidden, name, doc)), ...childrenOf(node).flatMap(child => {
    const isProp = ts.isPropertySignature(child) || ts.isMethodSignature(child) || ts.isPropertyDeclaration(child) || ts.isMethodDeclaration(child);
    const own = isProp || ts.isParameter(child) ? nameOf(child) || 'props' : '';
    const path = own ? `${name}.${own}` : name;
    const said = isProp ? docOf(symbolOf(child)) : '';
    const isOption = (isProp && child.questionToken !== undefined) || (ts.isParameter(child) && (child.questionToken ?? child.initializer) !== undefined && !isOfNamedOptions(child));
    const isOfExport = ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node);
    const all = isProp && isOfExport ? said : `${doc}\n${said}\n${alternativeOf(child)}`;
    return [...(isOption && !/\bDefault:\s/.test(all) ? [place(child, path)] : []), ...withoutDefault(child, path, all)];
  })];
}

/** Of a prop that an interface has of another, its own comment may say what holds here: "Default of `resources`: …". */
function docIn(symbol: ts.Symbol, prop: ts.Symbol): string {
  const [, here] = docOf(symbol).replaceAll(/\s+/g, ' ').split(`Default of \`${prop.name}\`: `);
  return here === undefined ? docOf(prop) : `Default: ${here}`;
}

/** What an interface has of another, by `Pick` and the like: it may be left out here and not there, or for something else. */
function takenOverWithoutDefault(symbol: ts.Symbol): readonly string[] {
  if (!(symbol.flags & ts.SymbolFlags.Interface)) return [];
  const optional = checker.getDeclaredTypeOfSymbol(symbol).getProperties().filter(one => one.flags & ts.SymbolFlags.Optional && isOwn(one));
  return optional.filter(one => !/\bDefault:\s/.test(docIn(symbol, one))).map(one => place(declarationsOf(symbol)[0]!, `${symbol.name}.${one.name}`));
}

interface Default { readonly node: ts.Node; readonly name: string; readonly value: string; readonly doc: string }

/** Where props of an exported interface are taken apart, and what stands for those that are not there. */
function defaultsBelow(node: ts.Node): readonly Default[] {
  const below = childrenOf(node).flatMap(defaultsBelow);
  if (!ts.isBindingElement(node) || !node.initializer || !ts.isObjectBindingPattern(node.parent) || ts.isBindingElement(node.parent.parent)) return below;
  const { type, initializer } = node.parent.parent;
  const taken = type ? checker.getTypeFromTypeNode(type) : initializer && checker.getTypeAtLocation(initializer);
  const prop = taken?.getProperty((node.propertyName ?? node.name).getText());
  const value = shown(node.initializer);
  return prop && taken?.symbol && exported.includes(taken.symbol) && value !== undefined ? [...below, { node, name: `${taken.symbol.name}.${prop.name}`, value, doc: docIn(taken.symbol, prop) }] : below;
}

function isDefault(value: string, doc: string): boolean {
  const said = doc.replaceAll(/\s+/g, ' ').split('Default: ')[1] ?? '';
  return said.split(/[^\w./%-]+/).join(' ').match(new RegExp(`(^| )${value.replaceAll('.', '\\.')}s?\\.?( |$)`)) !== null;
}

const UNITS: Readonly<Record<string, string>> = { s: ' s', m: ' minute', h: ' hour', d: ' day', Ki: ' KiB', Mi: ' MiB', Gi: ' GiB' };

/** A value as comments write it: `30 s`, `1 GiB`, `0.5 CPU and 256 MiB`. `undefined` for lists, for what is computed, and for yes and no. */
function shown(value: ts.Expression): string | undefined {
  if (ts.isNumericLiteral(value)) return value.text;
  if (ts.isStringLiteral(value)) return value.text.replace(/^(\d+)([a-zA-Z]+)$/, (text, number: string, unit: string) => (unit in UNITS ? number + UNITS[unit] : text));
  if (!ts.isObjectLiteralExpression(value)) return undefined;
  const [cpu, memory] = ['cpu', 'memory'].map(name => value.properties.find((one): one is ts.PropertyAssignment => ts.isPropertyAssignment(one) && one.name.getText() === name)?.initializer);
  return cpu && memory && `${ts.isStringLiteral(cpu) ? parseInt(cpu.text) / 1000 : cpu.getText()} CPU and ${shown(memory)}`;
}

function childrenOf(node: ts.Node): readonly ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, child => { children.push(child); });
  return children;
}

/** Whether it is a parameter for options: each of them says its default by itself. */
function isOfNamedOptions({ type, name }: ts.ParameterDeclaration): boolean {
  return type !== undefined && (ts.isTypeReferenceNode(type) ? checker.getTypeAtLocation(type).getProperties().some(({ flags }) => flags & ts.SymbolFlags.Optional) : ts.isTypeLiteralNode(type) && !ts.isIdentifier(name));
}

/** The comment on one alternative of a union, which stands before its bar. */
function alternativeOf(node: ts.Node): string {
  if (!node.parent || !ts.isUnionTypeNode(node.parent)) return '';
  const { types } = node.parent;
  const before = types[types.indexOf(node as ts.TypeNode) - 1];
  return node.getSourceFile().text.slice(before?.end ?? node.parent.pos, node.getStart());
}

/** Whether a class is one of the tree: a target has something of it. */
function isConstruct(symbol: ts.Symbol): boolean {
  return classesOf(symbol).some(node => extendsClass(checker.getTypeAtLocation(node), 'Construct'));
}

function extendsClass(type: ts.Type, name: string): boolean {
  const { target = type } = type as Partial<ts.TypeReference>;
  return type.symbol?.name === name || (target.getBaseTypes() ?? []).some(base => extendsClass(base, name));
}

/** Whether it is an image, or makes some. */
function isImage(symbol: ts.Symbol): boolean {
  return classesOf(symbol).some(node => checker.getTypeAtLocation(node).getProperties().some(property => checker.getTypeOfSymbol(property).symbol?.name === 'Image') || symbol.name === 'Image');
}

/** Whether a field of a primitive holds it: its `spec` is what targets read. */
function isValue(symbol: ts.Symbol): boolean {
  return classesOf(symbol).length > 0 && values().has(symbol);
}

let known: Set<ts.Symbol> | undefined;

function values(): ReadonlySet<ts.Symbol> {
  if (known) return known;
  const found = (known = new Set<ts.Symbol>());
  const seen = new Set<ts.Type>();
  const look = (type: ts.Type): void => {
    if (seen.has(type)) return;
    seen.add(type);
    if (type.isUnionOrIntersection()) type.types.forEach(look);
    checker.getTypeArguments(type as ts.TypeReference).forEach(look);
    const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (index) look(index.type);
    if (!type.symbol || declarationsOf(type.symbol).length === 0) return;
    found.add(type.symbol);
    if (!type.isClass()) type.getProperties().forEach(property => { look(checker.getTypeOfSymbol(property)); });
  };
  exported.filter(isConstruct).forEach(symbol => {
    const spec = checker.getDeclaredTypeOfSymbol(symbol).getProperty('spec');
    if (spec) look(checker.getTypeOfSymbol(spec));
  });
  return found;
}

function classesOf(symbol: ts.Symbol): readonly ts.ClassDeclaration[] {
  return declarationsOf(symbol).filter(ts.isClassDeclaration);
}
