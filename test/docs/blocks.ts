import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** A fenced block of a page, with what the HTML comment before it says to the tests and not to the reader. */
export interface Block {
  /** `docs/tutorial.md` */
  readonly page: string;
  /** The line of its first fence. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** `<!-- docker exit=1 -->` is `{ docker: '', exit: '1' }`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Further lines of the comment: code that belongs around the block. */
  readonly hidden: string;
}

const FENCED = /(?:^ *<!-- *([^\n]*?)(?:\n([\s\S]*?))? *-->\n+)?^( *)```(\w*)\n([\s\S]*?)^\3```$/gm;

export function blocksOf(page: string): readonly Block[] {
  const source = readFileSync(join(ROOT, page), 'utf8');
  return [...source.matchAll(FENCED)].map(({ index, 0: whole, 1: words = '', 2: hidden = '', 3: indent, 4: language, 5: text }) => ({
    page,
    line: source.slice(0, index + whole.lastIndexOf(`${indent}\`\`\`${language!}\n`)).split('\n').length,
    language: language!,
    text: text!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    attributes: Object.fromEntries(words.split(' ').filter(word => word !== '').map(word => word.split('=') as [string, string?]).map(([name, value = '']) => [name, value])),
    hidden,
  }));
}

/** Every page that people write; those that are made have no programs in them. */
export function pages(): readonly string[] {
  const below = (folder: string): string[] => readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? (entry.name === 'reference' ? [] : below(path)) : path.endsWith('.md') ? [path] : [];
  });
  return [...below('docs'), 'CHANGELOG.md', 'CONTRIBUTING.md'].sort();
}

/** A ts block as a file of its own, beside the others of its page. */
export interface Program {
  readonly name: string;
  readonly path: string;
  /** By the page: others can import it. */
  readonly isNamed: boolean;
  readonly code: string;
  /** It stands inside of the constructor of a stack. */
  readonly inStack: boolean;
  /** Synthesis is to refuse it. */
  readonly isWrong: boolean;
}

const MODULES = {
  compose8s: 'App, Aspects, Certificate, Compose, Config, Cron, Duration, Image, Instruction, Kubernetes, Route, Secret, Stack, Volume, Workload, addCheck, addRunbook, advice, reportProblem, steps, text, type StackProps',
  'compose8s/constructs': 'Adminer, BackupCronJob, HealthProbes, Jaeger, Loki, Monitoring, NginxProxy, NodeImage, Postgres, PythonImage, Redis, ReleaseJob, ScheduledJob, WebService, Worker',
} as const;

/**
 * What a block is when it is compiled. By itself it is a module. After `<!-- in-stack -->` it stands in the constructor of
 * a stack, behind the hidden lines. `file=…` names it, so that another block can import it; `wrong` says that synthesis refuses it.
 * After `<!-- stack -->` others can import its class from './stack', without the lines that make stacks of it.
 */
export function programsOf(page: string): readonly Program[] {
  return blocksOf(page).filter(({ language }) => language === 'ts').flatMap(({ line, text, attributes, hidden }) => {
    const inStack = 'in-stack' in attributes;
    // What contributors add has its real place, so that it meets what is there.
    const folder = page === 'CONTRIBUTING.md' ? ROOT : join(ROOT, 'build/docs', basename(page, '.md'));
    const program: Program = {
      name: `${page}:${line}`, path: join(folder, attributes.file ?? `block-${line}.ts`), isNamed: 'file' in attributes,
      code: inStack ? wrapped(hidden, text) : `${hidden}${text}`, inStack, isWrong: 'wrong' in attributes,
    };
    const [declared, called] = text.split(/^(?=const app = )/m);
    if (!('stack' in attributes) || called === undefined) return [program];
    return [program, { ...program, name: `${program.name}, its class`, path: join(folder, 'stack.ts'), code: `${declared}export { ${/^class (\w+)/m.exec(text)![1]} };\n` }];
  });
}

function wrapped(hidden: string, text: string): string {
  return `${Object.entries(MODULES).map(([name, names]) => `import { ${names} } from '${name}';\n`).join('')}
export default class Shop extends Stack {
  constructor(app: App, props: StackProps) {
    super(app, 'shop', 'prod', props);
${hidden}
${text}  }
}
`;
}
