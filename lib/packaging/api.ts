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

/** Reads the sources of the package: types as the compiler writes them for users, without comments and private members. */
export function readApi(): Api {
  const config = ts.getParsedCommandLineOfConfigFile(join(__dirname, 'tsconfig.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: diagnostic => { throw new Error(String(diagnostic.messageText)); } })!;
  const program = ts.createProgram(config.fileNames, config.options);
  const checker = program.getTypeChecker();
  const declared = new Map<string, string>();
  const reports = new Map<string, string>();
  const undocumented: string[] = [];
  for (const [entry, source] of Object.entries(ENTRIES)) {
    const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(join(ROOT, source))!)!);
    const lines = symbols.map(symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(symbol => {
        const file = symbol.declarations![0]!.getSourceFile();
        const id = `${file.fileName} ${symbol.name}`;
        const known = declared.get(id);
        if (known) return `// ${symbol.name}: as in ${known}\n`;
        declared.set(id, entry);
        if (symbol.getDocumentationComment(checker).length === 0) undocumented.push(`${entry}: ${symbol.name}, ${relative(ROOT, file.fileName)}`);
        return `${declarationsOf(symbol.name, typesOf(program, file)).join('\n')}\n`;
      });
    reports.set(join(__dirname, 'api', `${entry.replace('/', '.')}.api.md`), `# ${entry}\n\nMade by \`npm run api\` from ${source}.\n\n\`\`\`ts\n${lines.join('\n')}\`\`\`\n`);
  }
  return { reports, undocumented };
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
function declarationsOf(name: string, { statements }: ts.SourceFile): string[] {
  const printer = ts.createPrinter({ removeComments: true });
  return statements
    .filter(statement => (ts.isVariableStatement(statement) ? statement.declarationList.declarations.some(one => one.name.getText() === name) : (statement as ts.DeclarationStatement).name?.getText() === name))
    .map(statement => printer.printNode(ts.EmitHint.Unspecified, ts.isClassDeclaration(statement) ? withoutPrivate(statement) : statement, statement.getSourceFile()));
}

function withoutPrivate(statement: ts.ClassDeclaration): ts.ClassDeclaration {
  const members = statement.members.filter(member => !(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) && !(member.name && ts.isPrivateIdentifier(member.name)));
  return ts.factory.updateClassDeclaration(statement, statement.modifiers, statement.name, statement.typeParameters, statement.heritageClauses, members);
}

if (require.main === module) for (const [path, text] of readApi().reports) writeFileSync(path, text);
