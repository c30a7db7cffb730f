import type { App, SynthOptions } from '../core/app';
import { Graph } from '../core/graph';
import { Stack } from '../core/stack';
import { SynthesisError, synthesize, type Emission, type Synthesis } from '../core/synthesis';
import type { Target } from '../core/target';
import { Misuse } from './errors';
import { nearest } from '../core/nearest';

/** What commands see of the program: its stacks, by the names that people give them. */
export class Project {
  constructor(private readonly app: App) {}

  get stacks(): readonly Stack[] {
    return this.app.node.findAll().filter(Stack.isStack);
  }

  /** Writes the output. */
  synth(options: SynthOptions): void {
    this.app.synth(options);
  }

  /** Where the output goes by default. */
  get outdir(): string {
    return this.app.outdir;
  }

  /** All stacks that `keep` wants, on their targets, in memory. */
  synthesize(keep: (stack: Stack, target?: Target) => boolean): Synthesis {
    return synthesize(this.app, keep);
  }

  /** The graph of `system/environment`. @throws SynthesisError with all problems of this stack, if there are any. */
  graph(reference: string): Graph {
    const [stack, ...more] = this.find(reference);
    if (more.length > 0) throw new Misuse(`'${reference}' has several environments`, `name one of: ${[stack!, ...more].map(({ node }) => node.path).join(', ')}`);
    return this.graphs(one => one === stack)[0]!;
  }

  /** The name of the stack, where there is one only. */
  only(): string {
    const [stack, ...more] = this.stacks;
    if (!stack || more.length > 0) throw new Misuse('which stack?', stack ? `name one of: ${this.stacks.map(({ node }) => node.path).join(', ')}` : 'the program makes none');
    return stack.node.path;
  }

  /** The graphs of the other stacks; not of those that have problems, which are for who looks at them. */
  others(stack: Stack): readonly Graph[] {
    return this.stacks.filter(one => one !== stack).flatMap(other => {
      const { graphs, problems } = synthesize(this.app, (one, target) => target === undefined && one === other);
      return problems.length === 0 ? graphs : [];
    });
  }

  /**
   * A stack on one of its targets. @throws SynthesisError with its problems, and with those that it has with other stacks on
   * the same host. What is wrong with others alone is none of its own.
   */
  emission(stack: Stack, target: Target): Emission {
    const on = (wanted: Stack) => (one: Stack, its?: Target) => one === wanted && (its === undefined || its.name === target.name);
    const { emissions: [emission], problems } = synthesize(this.app, on(stack));
    const conflicts = problems.length > 0 ? [] : this.stacks.filter(one => one !== stack).flatMap(other => {
      const { emissions, problems } = synthesize(this.app, on(other));
      return problems.length === 0 && emissions.length > 0 ? target.conflicts?.([...emissions, emission!]) ?? [] : [];
    });
    if (problems.length > 0 || conflicts.length > 0) throw new SynthesisError([...problems, ...conflicts]);
    return emission!;
  }

  /** All graphs, or those that `keep` wants. @throws SynthesisError with all problems of these stacks, if there are any. */
  graphs(keep: (stack: Stack) => boolean = () => true): readonly Graph[] {
    const { graphs, problems } = synthesize(this.app, (stack, target) => target === undefined && keep(stack));
    if (problems.length > 0) throw new SynthesisError(problems);
    return graphs;
  }

  /** The stacks of `system/environment`, or of a whole `system`. @throws Misuse with the nearest names. */
  find(reference: string): readonly Stack[] {
    const found = this.stacks.filter(({ node, system }) => node.path === reference || system === reference);
    if (found.length === 0) throw unknown('stack', reference, this.stacks.map(({ node }) => node.path));
    return found;
  }
}

/** A name that is not there, with those that may have been meant. */
export function unknown(what: string, name: string, names: readonly string[]): Misuse {
  const near = nearest(name, names);
  const all = names.length === 0 ? `the program makes no ${what}` : `there are: ${names.join(', ')}`;
  return new Misuse(`there is no ${what} '${name}'`, near.length > 0 ? `did you mean ${near.join(' or ')}?` : all);
}
