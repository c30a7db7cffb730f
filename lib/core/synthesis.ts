import type { Construct } from 'constructs';
import { problemsBelow, type Problem } from '../model';
import { acceptanceProblems, withAcceptances } from './acceptances';
import { applyAspects } from './aspects';
import { Graph } from './graph';
import { appProblems, graphProblems } from './graph-problems';
import { OPERATIONS_FILE, operationsGuide } from './operations';
import type { OutputFile, Note, Rendered, Rendering, Target } from './target';
import { Stack } from './stack';

/** A stack on one of its targets. */
export interface Emission extends Rendered {
  /** Relative to the target's folder. */
  readonly files: ReadonlyMap<string, OutputFile>;
}

/** All that comes of an app, in memory. Where there are problems, the emissions are not to be used. */
export interface Synthesis {
  /** One for each stack. */
  readonly graphs: readonly Graph[];
  /** One for each target of each stack; none where the stacks themselves have problems. */
  readonly emissions: readonly Emission[];
  /** Each once. Any of them stops what would be written. */
  readonly problems: readonly Problem[];
  /** What targets do not carry over exactly. */
  readonly notes: readonly Note[];
}

/**
 * Everything below `root` on every target, in memory: aspects, checks, rendering, printing, in this order. Pure but for
 * the aspects. Targets see only a graph without problems, so that they need not doubt it. `keep` says which stacks and
 * targets. Default: all.
 */
export function synthesize(root: Construct, keep: (stack: Stack, target?: Target) => boolean = () => true): Synthesis {
  applyAspects(root);
  const all = root.node.findAll().filter(Stack.isStack);
  const stacks = all.filter(stack => keep(stack));
  const graphs = stacks.map(stack => new Graph(stack));
  const modelProblems = [
    ...(all.length === 0 ? [NO_STACK] : []),
    ...graphs.flatMap(graph => [...problemsBelow(graph.stack), ...graphProblems(graph), ...targetProblems(graph.stack), ...acceptanceProblems(graph.stack)]),
    ...appProblems(root, graphs),
  ];
  const pairs = graphs.flatMap(graph => graph.stack.targets.filter(target => keep(graph.stack, target)).map(target => ({ graph, target })));
  if (modelProblems.length > 0) return { graphs, emissions: [], problems: distinct(modelProblems), notes: [] };

  const emissions = pairs.map(({ graph, target }) => emit(graph, target));
  return {
    graphs,
    emissions,
    problems: distinct([...conflictsAmong(emissions), ...emissions.flatMap(({ rendering }) => rendering.problems)]),
    notes: emissions.flatMap(({ rendering }) => rendering.notes),
  };
}

/** Not an empty system, which would take the place of the former output, but a program that ended too early. */
const NO_STACK: Problem = { code: 'no-stack', at: 'app.synth()', what: 'the program makes no stack', fix: 'make the stacks before app.synth()' };

/** One graph, which has no problems, on one target. The target may find some. */
export function emit(graph: Graph, target: Target): Emission {
  const rendering = withAcceptances(graph.stack, target, target.render(graph));
  const files = rendering.problems.length > 0 ? new Map<string, OutputFile>() : new Map([...target.print(rendering.documents, graph), ...rendering.files, ...guideOf(graph, target, rendering)]);
  return { graph, target, rendering, files };
}

function guideOf(graph: Graph, target: Target, { documents, notes }: Rendering): readonly (readonly [string, OutputFile])[] {
  const operations = target.operations?.(graph, documents);
  return operations ? [[OPERATIONS_FILE, { text: operationsGuide(graph, notes, operations) }]] : [];
}

function targetProblems({ targets, node }: Stack): Problem[] {
  if (targets.length === 0) return [{ code: 'target-none', at: node.path, what: 'it has no target, so that nothing would come of it', fix: 'name what it is for: targets: [new Compose()]' }];
  const names = targets.map(({ name }) => name);
  if (new Set(names).size === names.length) return [];
  return [{ code: 'target-twice', at: node.path, what: `two of its targets write to the same folder (${names.join(', ')})`, fix: 'name each target once' }];
}

function conflictsAmong(emissions: readonly Emission[]): Problem[] {
  const byName = new Map<string, Emission[]>();
  for (const emission of emissions) {
    const known = byName.get(emission.target.name);
    if (known) known.push(emission);
    else byName.set(emission.target.name, [emission]);
  }
  return [...byName.values()].flatMap(neighbours => neighbours[0]!.target.conflicts?.(neighbours) ?? []);
}

/** The same mistake seen from two targets is one mistake. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map(problem => [`${problem.code}\0${problem.at}\0${problem.what}`, problem])).values()];
}

/** What, where, and how to mend it, for each problem. */
export function printProblems(problems: readonly Problem[]): string {
  return problems.map(({ what, at, fix }) => `✖ ${what}\n  at ${at}\n  fix: ${fix}\n`).join('\n');
}

/** Notes as problems: for those who want to have decided on every difference between the targets. */
export function strict(notes: readonly Note[]): Problem[] {
  return notes.filter(({ outcome, status }) => outcome !== 'loosened' && !status).map(({ at, field, target, what }) => ({
    code: 'strict', at, what: `${target} does not express ${field} exactly: ${what}`, fix: `ask for something that both targets have, or let the stack accept it: accepts: { ${target}: ['${field}'] }`,
  }));
}

/** Thrown where a program, not a person, reads the outcome: by the test kit and by `Stack.toJson`. */
export class SynthesisError extends Error {
  constructor(/** All that were found. */ readonly problems: readonly Problem[]) {
    super(printProblems(problems));
    this.name = 'SynthesisError';
  }
}

