/** The public API, as text: a change of it shows in review. `npm run api` writes it to `lib/packaging/api/`. */
import { writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');

/** What can be imported, and the source of it. */
export const ENTRIES: Readonly<Record<string, string>> = {
  'compose8s': 'lib/index.ts',
  'compose8s/constructs': 'constructs/index.ts',
  'compose8s/compose': 'lib/targets/compose/index.ts',
  'compose8s/kubernetes': 'lib/targets/kubernetes/index.ts',
  'compose8s/testing': 'lib/testing/index.ts',
};

export interface Api {
  /** Path → text of each report. */
  readonly reports: ReadonlyMap<string, string>;
  /** Exports without a doc comment: `compose8s: Kind, lib/model/primitive.ts`. */
  readonly undocumented: readonly string[];
}

/**
 * Reads the sources of the package: types as the compiler writes them for users, without comments and private members.
 * Those that are not exported, and that exported ones refer to, stand behind them: a change of one is a change for users.
 */
export function readApi(): Api {
  const config = ts.getParsedCommandLineOfConfigFile(join(__dirname, 'tsconfig.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: diagnostic => { throw new Error(String(diagnostic.messageText)); } })!;
  const program = ts.createProgram(config.fileNames, config.options);
  const checker = program.getTypeChecker();
  const original = (symbol: ts.Symbol) => checker.getExportSymbolOfSymbol(symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const entries = Object.entries(ENTRIES).map(([entry, source]) => ({
    entry, source, symbols: byName(checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(join(ROOT, source))!)!).map(original)),
  }));
  const isExported = new Set(entries.flatMap(({ symbols }) => symbols));
  const declared = new Map<ts.Symbol, string>();
  const reports = new Map<string, string>();
  const undocumented: string[] = [];
  const textOf = (symbol: ts.Symbol, entry: string) => {
    const known = declared.get(symbol);
    if (known) return `// ${symbol.name}: as in ${known}\n`;
    declared.set(symbol, entry);
    return `${declarationsOf(program, symbol).map(printed).join('\n')}\n`;
  };
  for (const { entry, source, symbols } of entries) {
    for (const symbol of symbols.filter(one => !declared.has(one) && one.getDocumentationComment(checker).length === 0)) undocumented.push(`${entry}: ${symbol.name}, ${relative(ROOT, fileOf(symbol).fileName)}`);
    const behind = byName(referredTo(program, symbols, original).filter(symbol => !isExported.has(symbol) && !declared.has(symbol)));
    const lines = [
      ...symbols.map(symbol => textOf(symbol, entry)),
      ...(behind.length > 0 ? ['// Not exported, and referred to:\n', ...behind.map(symbol => textOf(symbol, entry))] : []),
    ];
    reports.set(join(__dirname, 'api', `${entry.replace('/', '.')}.api.md`), `# ${entry}\n\nMade by \`npm run api\` from ${source}.\n\n\`\`\`ts\n${lines.join('\n')}\`\`\`\n`);
  }
  return { reports, undocumented };
}

function byName(symbols: readonly ts.Symbol[]): ts.Symbol[] {
  return [...symbols].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function fileOf(symbol: ts.Symbol): ts.SourceFile {
  return symbol.declarations![0]!.getSourceFile();
}

/** What the declarations name, and what the declarations of these name; of the package's own sources. */
function referredTo(program: ts.Program, symbols: readonly ts.Symbol[], original: (symbol: ts.Symbol) => ts.Symbol): ts.Symbol[] {
  const all = new Set(symbols);
  // It grows on the way.
  for (const symbol of all) {
    const names = new Set(declarationsOf(program, symbol).flatMap(namesIn));
    for (const other of program.getTypeChecker().getSymbolsInScope(fileOf(symbol), ts.SymbolFlags.Type | ts.SymbolFlags.Value | ts.SymbolFlags.Alias)) {
      if (!names.has(other.name)) continue;
      const its = original(other);
      if (its.declarations && isOwn(program, fileOf(its)) && !ts.isSourceFile(its.declarations[0]!)) all.add(its);
    }
  }
  return [...all];
}

/** The Compose Specification's own types, which are generated, are not. */
function isOwn(program: ts.Program, file: ts.SourceFile): boolean {
  return !file.isDeclarationFile && program.getRootFileNames().includes(file.fileName);
}

/** The names of types that a declaration is made of, and of values whose types it takes. */
function namesIn(node: ts.Node): string[] {
  const named = ts.isTypeReferenceNode(node) ? node.typeName : ts.isTypeQueryNode(node) ? node.exprName : ts.isExpressionWithTypeArguments(node) ? node.expression : undefined;
  const names = named && ts.isIdentifier(named) ? [named.text] : [];
  node.forEachChild(child => { names.push(...namesIn(child)); });
  return names;
}

const emitted = new Map<ts.SourceFile, ts.SourceFile>();

/** What the compiler makes of a file for its users. */
function typesOf(program: ts.Program, file: ts.SourceFile): ts.SourceFile {
  if (file.isDeclarationFile) return file;
  let types = emitted.get(file);
  if (!types) {
    let text = '';
    program.emit(file, (path, content) => { if (path.endsWith('.d.ts')) text = content; }, undefined, true);
    emitted.set(file, (types = ts.createSourceFile(resolve(file.fileName), text, ts.ScriptTarget.Latest, true)));
  }
  return types;
}

/** Each declaration of a name: a type and a value may share one, and a function may have overloads. */
function declarationsOf(program: ts.Program, symbol: ts.Symbol): ts.Statement[] {
  return typesOf(program, fileOf(symbol)).statements
    .filter(statement => (ts.isVariableStatement(statement) ? statement.declarationList.declarations.some(one => one.name.getText() === symbol.name) : (statement as ts.DeclarationStatement).name?.getText() === symbol.name))
    .map(statement => (ts.isClassDeclaration(statement) ? withoutPrivate(statement) : statement));
}

const printer = ts.createPrinter({ removeComments: true });

function printed(statement: ts.Statement): string {
  return printer.printNode(ts.EmitHint.Unspecified, statement, ts.getOriginalNode(statement).getSourceFile());
}

function withoutPrivate(statement: ts.ClassDeclaration): ts.ClassDeclaration {
  const members = statement.members.filter(member => !(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) && !(member.name && ts.isPrivateIdentifier(member.name)));
  return ts.factory.updateClassDeclaration(statement, statement.modifiers, statement.name, statement.typeParameters, statement.heritageClauses, members);
}

if (require.main === module) for (const [path, text] of readApi().reports) writeFileSync(path, text);
