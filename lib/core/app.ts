import { App as Cdk8sApp } from 'cdk8s';
import { relative, resolve } from 'node:path';
import { Output } from './output';
import { groupNotes, outcomeOf, printParity } from './parity';
import { answerRequest } from './request';
import type { Stack } from './stack';
import { outliveReaders } from './readers';
import { complain, say } from './terminal';
import { printProblems, strict, synthesize, type Synthesis } from './synthesis';
import type { OutputFile, Target } from './target';
import { sayUncaughtFaults } from './uncaught';

/** Where an {@link App} writes. */
export interface AppProps {
  /** Where to write. Default: `CDK8S_OUTDIR`, which cdk8s' own command sets, or `dist`. */
  readonly outdir?: string;
}

/** What {@link App.synth} does other than usual. */
export interface SynthOptions {
  /** Parity notes are errors, but for those that nobody asked for or that a stack accepts. Default: whether `--strict` stands on the command line. */
  readonly strict?: boolean;
  /** Where to write. Default: the app's own folder. */
  readonly output?: string;
  /** Which stacks and targets. Default: all. */
  readonly keep?: (stack: Stack, target?: Target) => boolean;
}

/** The root of the tree, and the only part that touches the disk. */
export class App extends Cdk8sApp {
  constructor({ outdir }: AppProps = {}) {
    super({ outdir });
    sayUncaughtFaults();
  }

  /**
   * Writes every stack for each of its targets to `<outdir>/<system>/<environment>/<target>/`, and says what it did.
   * With any problem it prints them all, sets the exit code to 1 and leaves the former output as it was.
   * Where the command line `compose8s` has started the program, it answers that instead.
   */
  override synth(options: SynthOptions = {}): void {
    if (answerRequest(this)) return;
    outliveReaders();
    const { strict: isStrict = process.argv.includes('--strict'), keep, output: outdir = this.outdir } = options;
    const synthesis = synthesize(this, keep);
    const output = new Output(resolve(outdir));
    const files = allFiles(synthesis);
    const problems = [...synthesis.problems, ...(isStrict ? strict(synthesis.notes) : [])];
    if (problems.length === 0) problems.push(...output.problems(files));
    if (problems.length > 0) {
      complain(`${printProblems(problems)}\n${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}; nothing was written\n`);
      process.exitCode = 1;
      return;
    }
    const scope = keep && synthesis.emissions.map(({ graph: { stack }, target }) => `${stack.node.path}/${target.name}`);
    const { written, unchanged, removed, kept } = output.write(files, scope);
    say(this.summary(synthesis, outdir));
    say(`${written} files written, ${unchanged} unchanged, ${removed} removed\n`);
    for (const path of kept) say(`kept, though no longer emitted, since somebody changed it: ${path}\n`);
  }

  private summary({ emissions }: Synthesis, outdir: string): string {
    const folderOf = (stack: Stack, ...more: string[]) => relative(process.cwd(), resolve(outdir, stack.node.path, ...more)) || '.';
    return emissions.map(({ graph, target, rendering, files }) => {
      const folder = folderOf(graph.stack, target.name);
      return [
        `✔ ${folder}  ${files.size} files, ${graph.workloads.length} workloads`,
        ...groupNotes(graph.stack.node.path, rendering.notes).map(group => `  ${outcomeOf(group)} ${group.field} (${group.constructs.join(', ')}): ${group.what}`),
        ...target.next(folder, graph).map(command => `  → ${command}`),
        '',
      ].join('\n');
    }).join('\n');
  }
}

/** Every file to write, relative to the output folder, with the parity report of each stack whose targets are all there. */
export function allFiles({ graphs, emissions }: Synthesis): Map<string, OutputFile> {
  const files = new Map<string, OutputFile>();
  for (const { stack } of graphs) {
    const own = emissions.filter(({ graph }) => graph.stack === stack);
    for (const { target, files: emitted } of own) {
      for (const [path, file] of emitted) files.set(`${stack.node.path}/${target.name}/${path}`, file);
    }
    // A report of some targets would take the place of the one of all.
    if (own.length < stack.targets.length) continue;
    const notes = own.flatMap(({ rendering }) => rendering.notes);
    files.set(`${stack.node.path}/PARITY.md`, { text: printParity(stack.node.path, own.map(({ target }) => target.name), notes) });
    files.set(`${stack.node.path}/parity.json`, { text: `${JSON.stringify(notes, null, 2)}\n` });
  }
  return files;
}
