import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { bash, follow } from '../../e2e/support/person';
import { writeSettings } from '../../e2e/support/settings';
import type { Outcome } from '../../e2e/support/shell';
import { ROOT, programsOf } from '../blocks';

/** A reader's project, in a folder that holds nothing else, with the package as it is here. */
export class Project {
  /** For the commands: where a Compose project gets its name, among others. */
  readonly env: Record<string, string>;
  private readonly exchanged = new Map<string, string>();

  private constructor(readonly page: string, private readonly top: string, readonly name: string) {
    this.env = { COMPOSE_PROJECT_NAME: name, COMPOSE_PROGRESS: 'plain', COMPOSE_ANSI: 'never', npm_config_loglevel: 'error' };
  }

  static async make(page: string): Promise<Project> {
    const name = `compose8s-e2e-${basename(page, '.md')}-${process.pid}`;
    const project = new Project(page, await mkdtemp(join(tmpdir(), `${name}-`)), name);
    const { compilerOptions: { paths, ...options } } = JSON.parse(await readFile(join(ROOT, 'tsconfig.json'), 'utf8')) as { compilerOptions: { paths: Record<string, [string]> } };
    await project.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...options, paths: Object.fromEntries(Object.entries(paths).map(([from, [path]]) => [from, [join(ROOT, path)]])) } }));
    await project.write('cdk8s.yaml', 'language: typescript\napp: node --require tsx/cjs main.ts\n');
    await symlink(join(ROOT, 'node_modules'), project.path('node_modules'));
    // Where npx looks next.
    await project.write('../node_modules/.bin/.keep', '');
    await symlink(join(ROOT, 'lib/cli/compose8s.cjs'), project.path('../node_modules/.bin/compose8s'));
    return project;
  }

  path(file: string): string {
    return join(this.top, 'project', file);
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(file)), { recursive: true, mode: 0o700 });
    await writeFile(this.path(file), text);
  }

  read(file: string): Promise<string> {
    return readFile(this.path(file), 'utf8');
  }

  /** Writes the programs of the page that have a name; of the others, by their place in it, those that get one here. */
  async writePrograms(...names: readonly string[]): Promise<void> {
    const programs = programsOf(this.page);
    for (const { path, code } of programs.filter(({ isNamed }) => isNamed)) await this.write(basename(path), code);
    const others = programs.filter(({ isNamed }) => !isNamed);
    for (const [i, name] of names.entries()) await this.write(name, others[i]!.code);
  }

  /** The program of a stack of the page, `shop/prod`, to which more may belong than the page shows. */
  async writeMain(more = '', imports = ''): Promise<void> {
    await this.write('main.ts', `import { App, Compose, Cron, Image, Instruction, Kubernetes, Secret } from 'compose8s';
import { BackupCronJob, HealthProbes, NginxProxy, Postgres, ReleaseJob, WebService } from 'compose8s/constructs';
import Page from './stack';
${imports}
class Shop extends Page {
  constructor(app: App) {
    super(app, { targets: [new Compose(), new Kubernetes({ registry: 'registry.example' })] });
${more}
  }
}

const app = new App();
new Shop(app);
app.synth();
`);
  }

  /** Says what stands here in place of an example of the page: another name, or a program that is not here. */
  exchange(example: string, here: string): void {
    this.exchanged.set(example, here);
  }

  private here(commands: string): string {
    return [...this.exchanged].reduce((words, [example, here]) => words.replaceAll(example, here), commands);
  }

  /** @throws with all that was printed, where it ends with another code than these, or than 0. */
  async ending(commands: string, folder = '.', ...codes: readonly number[]): Promise<Outcome> {
    const outcome = await bash(this.here(commands), { cwd: this.path(folder), env: this.env });
    if (!(codes.length > 0 ? codes : [0]).includes(outcome.code)) throw new Error(`${commands}\nended with ${outcome.code}:\n${outcome.stderr}${outcome.stdout}`);
    return outcome;
  }

  /** What is said by commands of which one goes on until somebody ends it. */
  until(commands: string, said: RegExp): Promise<string> {
    return follow(this.here(commands), { cwd: this.path('.'), env: this.env, until: said });
  }

  /** Its standard output. */
  async shOk(commands: string, folder = '.'): Promise<string> {
    return (await this.ending(commands, folder)).stdout;
  }

  /** Ports that are free here, and no more CPUs than here are, for an emitted folder. */
  async settle(folder: string): Promise<void> {
    const copy = 'settings';
    await mkdir(this.path(copy), { recursive: true });
    await cp(this.path(join(folder, '.env.example')), this.path(join(copy, '.env.example')));
    await writeSettings(this.path(copy), {});
    for (const [, name, value] of (await this.read(join(copy, '.env'))).matchAll(/^([A-Z0-9_]+)=(.+)$/gm)) this.env[name!] = value!;
  }

  remove(): Promise<void> {
    return rm(this.top, { recursive: true, force: true });
  }
}
