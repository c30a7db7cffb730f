/** The reference, from the doc comments: `npm run docs` writes it to `docs/reference/`. */
import { Command } from 'commander';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { COMMANDS } from '../cli/commands';
import { ENTRIES } from './api';

const ROOT = join(__dirname, '../..');
const MADE = '<!-- Made by `npm run docs`. Changes belong into the doc comments. -->';

/** What each page of an entry begins with. */
const ABOUT: Readonly<Record<keyof typeof ENTRIES & string, string>> = {
  'compose8s': 'The model (workloads, volumes, secrets and the values they are made of), the app and its stacks, and the two targets.',
  'compose8s/constructs': 'Products, made of the model.',
  'compose8s/compose': 'The Compose target alone, with the types of what it emits.',
  'compose8s/kubernetes': 'The Kubernetes target alone, with the types of what it emits.',
  'compose8s/testing': 'The test kit. `import \'compose8s/testing/jest\'` adds its matchers and the snapshot serializer to jest.',
};

/** Path → text of each page. */
export function readReference(): ReadonlyMap<string, string> {
  const config = ts.getParsedCommandLineOfConfigFile(join(__dirname, 'tsconfig.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => { throw new Error(String(messageText)); } })!;
  const program = ts.createProgram(config.fileNames, config.options);
  const pages = new Map(Object.entries(ENTRIES).map(([entry, source]) => [`${fileName(entry)}.md`, entryPage(program, entry, source)]));
  pages.set('command-line.md', commandPage());
  pages.set('problems.md', problemPage(program));
  pages.set('README.md', `${MADE}\n\n# Reference\n\n${[
    ...Object.keys(ENTRIES).map(entry => `- [\`${entry}\`](${fileName(entry)}.md). ${ABOUT[entry]}`),
    '- [The command line](command-line.md)',
    '- [Problems](problems.md): what synthesis refuses, by code.',
  ].join('\n')}\n`);
  return new Map([...pages].map(([name, text]) => [join(ROOT, 'docs/reference', name), text]));
}

function fileName(entry: string): string {
  return entry.replace('/', '-');
}

const known = new Map<ts.Symbol, string>();

function entryPage(program: ts.Program, entry: string, source: string): string {
  const checker = program.getTypeChecker();
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(join(ROOT, source))!)!)
    .map(symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  const sections = symbols.map(symbol => {
    const elsewhere = known.get(symbol);
    if (elsewhere && elsewhere !== entry) return `## ${symbol.name}\n\nSee [\`${elsewhere}\`](${fileName(elsewhere)}.md#${symbol.name.toLowerCase()}).\n`;
    known.set(symbol, entry);
    return section(checker, symbol);
  });
  return `${MADE}\n\n# ${entry}\n\n${ABOUT[entry]}\n\n${sections.join('\n')}`;
}

function section(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const declarations = symbol.declarations!.filter(node => node.getSourceFile() === symbol.declarations![0]!.getSourceFile());
  const blocks = declarations.map(node => describe(checker, node));
  return `## ${symbol.name}\n\n${docOf(checker, symbol)}\n\n${blocks.join('\n\n')}\n`;
}

function describe(checker: ts.TypeChecker, node: ts.Declaration): string {
  if (ts.isInterfaceDeclaration(node)) return code(`interface ${head(node)}`) + members(checker, node.members);
  if (ts.isClassDeclaration(node)) {
    const shown = node.members.filter(member => ts.isConstructorDeclaration(member) || !(ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) && !ts.isClassStaticBlockDeclaration(member) && !isSymbolNamed(member));
    return code(`class ${head(node)}`) + members(checker, shown);
  }
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isObjectLiteralExpression(unwrapped(node.initializer))) return code(`const ${node.name.getText()}`) + members(checker, (unwrapped(node.initializer) as ts.ObjectLiteralExpression).properties);
  if (ts.isVariableDeclaration(node)) return code(`const ${node.name.getText()}: ${checker.typeToString(checker.getTypeAtLocation(node), node, ts.TypeFormatFlags.NoTruncation)}`);
  if (ts.isFunctionDeclaration(node)) return code(signature(checker, node, `function ${node.name!.text}`));
  return code(plain(node.getText()).replace(/^export /, ''));
}

function isSymbolNamed(member: ts.ClassElement): boolean {
  return member.name !== undefined && (ts.isComputedPropertyName(member.name) || ts.isPrivateIdentifier(member.name));
}

function unwrapped(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? unwrapped(node.expression) : node;
}

/** The name with its parameters, and what it is made from. */
function head(node: ts.InterfaceDeclaration | ts.ClassDeclaration): string {
  const parameters = node.typeParameters ? `<${node.typeParameters.map(one => one.getText()).join(', ')}>` : '';
  return [`${node.name!.text}${parameters}`, ...(node.heritageClauses ?? []).map(clause => clause.getText())].join(' ');
}

type Member = ts.TypeElement | ts.ClassElement | ts.ObjectLiteralElementLike | ts.ParameterPropertyDeclaration;

function members(checker: ts.TypeChecker, list: readonly Member[]): string {
  const inOrder = [...list.filter(ts.isConstructorDeclaration), ...list.filter(member => !ts.isConstructorDeclaration(member))];
  const lines = inOrder.flatMap((member): string[] => {
    if (ts.isConstructorDeclaration(member)) {
      const own = member.parameters.filter(one => ts.isParameterPropertyDeclaration(one, member) && !(ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Private)) as ts.ParameterPropertyDeclaration[];
      const isHidden = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private;
      return [...(isHidden ? [] : [item(`new (${member.parameters.map(parameter).join(', ')})`, '')]), ...own.flatMap(one => entry(checker, one))];
    }
    return entry(checker, member);
  });
  return lines.length > 0 ? `\n\n${lines.join('\n')}` : '';
}

function entry(checker: ts.TypeChecker, member: Member): string[] {
  const symbol = member.name && checker.getSymbolAtLocation(member.name);
  if (!symbol) return [item(plain(member.getText()), '')];
  const isStatic = ts.getCombinedModifierFlags(member as ts.Declaration) & ts.ModifierFlags.Static ? 'static ' : '';
  const name = `${isStatic}${member.name!.getText()}`;
  const doc = docOf(checker, symbol);
  if (ts.isMethodDeclaration(member) || ts.isMethodSignature(member)) return [item(signature(checker, member, name), doc)];
  const optional = 'questionToken' in member && member.questionToken ? '?' : '';
  const declared = 'type' in member && member.type ? plain((member.type as ts.TypeNode).getText()) : checker.typeToString(checker.getTypeOfSymbol(symbol), member, ts.TypeFormatFlags.NoTruncation);
  return [item(`${name}${optional}: ${declared}`, doc)];
}

function signature(checker: ts.TypeChecker, node: ts.SignatureDeclaration, name: string): string {
  const parameters = node.typeParameters ? `<${node.typeParameters.map(one => plain(one.getText())).join(', ')}>` : '';
  const returned = node.type ? plain(node.type.getText()) : checker.typeToString(checker.getReturnTypeOfSignature(checker.getSignatureFromDeclaration(node)!), node, ts.TypeFormatFlags.NoTruncation);
  return `${name}${parameters}(${node.parameters.map(parameter).join(', ')}): ${returned}`;
}

/** As callers see it: what is taken apart inside is called `props`, and a default makes it optional. */
function parameter({ name, type, initializer, questionToken, dotDotDotToken }: ts.ParameterDeclaration): string {
  const word = ts.isIdentifier(name) ? name.text : ts.isArrayBindingPattern(name) ? 'list' : 'props';
  return `${dotDotDotToken ? '...' : ''}${word}${initializer || questionToken ? '?' : ''}${type ? `: ${plain(type.getText())}` : ''}`;
}

/** On one line, without comments. */
function plain(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s*\n\s*/g, ' ').replace(/ {2,}/g, ' ').trim();
}

function docOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const parameters = symbol.getJsDocTags(checker).filter(({ name }) => name === 'param').map(({ text }) => `\`${text!.find(({ kind }) => kind === 'parameterName')!.text}\`: ${ts.displayPartsToString(text!.filter(({ kind }) => kind !== 'parameterName')).trim()}`);
  return [ts.displayPartsToString(symbol.getDocumentationComment(checker)), ...parameters].join('\n\n').replace(/\{@link ([^}]+)\}/g, '`$1`').trim();
}

function code(text: string): string {
  return `\`\`\`typescript\n${text}\n\`\`\``;
}

function item(term: string, doc: string): string {
  const fence = term.includes('`') ? '`` ' : '`';
  return `- ${fence}${term}${[...fence].reverse().join('')}${doc ? `\\\n  ${doc.replaceAll('\n', '\n  ').replace(/ +$/gm, '')}` : ''}`;
}

function commandPage(): string {
  const sections = COMMANDS.map(command => {
    let text = '';
    const described = command.describe(new Command(command.name))
      .configureHelp({ helpWidth: 100 })
      .configureOutput({ writeOut: part => { text += part; } });
    described.outputHelp();
    return `## ${command.name}\n\n\`\`\`text\n${text.replace('Usage: ', 'Usage: compose8s ').trim()}\n\nExamples:\n${command.examples.map(example => `  $ ${example}`).join('\n')}\n\`\`\`\n`;
  });
  return `${MADE}\n\n# The command line\n\nEvery command ends with 0 when it is done and nothing is wrong, 1 when something is wrong with the stacks or their\nsecrets, and 2 when the command line, or what it needs to start, is wrong. \`diff\` has the codes 3 and 4 as well,\nand \`compare\` the code 5: their texts say when. \`--app <command>\` runs another program than the one that the line \`app:\`\nof \`cdk8s.yaml\` names.\n\n${sections.join('\n')}`;
}

/** Every literal of the sources that is a fault: `{ code, what, fix }`. */
function problemPage(program: ts.Program): string {
  const rows = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const [name, what, fix] = ['code', 'what', 'fix'].map(key => node.properties.find((one): one is ts.PropertyAssignment => ts.isPropertyAssignment(one) && one.name.getText() === key)?.initializer);
      if (name && ts.isStringLiteral(name) && what) rows.add(`| \`${name.text}\` | ${cell(what)} | ${fix ? cell(fix) : '…'} |`);
    }
    ts.forEachChild(node, visit);
  };
  program.getSourceFiles().filter(({ fileName, isDeclarationFile }) => !isDeclarationFile && !relative(ROOT, fileName).startsWith('node_modules')).forEach(visit);
  return `${MADE}\n\n# Problems\n\nWhat is wrong, and how to mend it, by the code that \`validate --json\` gives. \`…\` stands for a name or a value.\n\n| code | what | fix |\n|---|---|---|\n${[...rows].sort().join('\n')}\n`;
}

function cell(node: ts.Expression): string {
  return wordsOf(node).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '\\<').replaceAll('*', '\\*');
}

/** The text that an expression makes, with dots for what is not known before it runs. */
function wordsOf(node: ts.Expression): string {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  if (ts.isParenthesizedExpression(node)) return wordsOf(node.expression);
  if (ts.isConditionalExpression(node)) return `${wordsOf(node.whenTrue)}; or: ${wordsOf(node.whenFalse)}`;
  if (ts.isIdentifier(node)) {
    const declared = node.getSourceFile().statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => [...declarationList.declarations]).find(({ name }) => name.getText() === node.text);
    if (declared?.initializer) return wordsOf(declared.initializer);
  }
  return '…';
}

if (require.main === module) {
  const pages = readReference();
  rmSync(join(ROOT, 'docs/reference'), { recursive: true, force: true });
  for (const [path, text] of pages) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
