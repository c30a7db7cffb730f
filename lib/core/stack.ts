import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import type { Acceptances } from './acceptances';
import { applyAspects } from './aspects';
import { Graph } from './graph';
import { dnsLabel } from './names';
import type { Target } from './target';

/** What every {@link Stack} is told; a team's own stacks add what differs between their environments. */
export interface StackProps {
  /** What it is emitted for. */
  readonly targets: readonly Target[];
  /** The range that the networks of workloads without a tier are carved from. Default: Docker's own pools, about 30 networks. */
  readonly network?: string;
  /**
   * What a target does not express exactly and is fine so, by target and by the field that PARITY.md names, so that `--strict` takes
   * it: `{ compose: ['size'], kubernetes: ['stop.signal'] }`. The report marks it. One that is not there is a problem.
   * Default: nothing.
   */
  readonly accepts?: Acceptances;
}

const STACK = Symbol.for('compose8s.Stack');

/**
 * One system in one environment. Its path is `system/environment`. Compose: the project `system-environment`. Kubernetes: the
 * namespace of that name.
 *
 * It is a cdk8s Chart as well: a team's own cdk8s constructs can stand in it.
 */
export class Stack extends Chart {
  /** cdk8s' `instanceof Chart` asks for a mark on the object, and subclasses inherit that: every Chart would be a Stack. */
  static override [Symbol.hasInstance](value: unknown): value is Stack {
    return Stack.isStack(value);
  }

  /** Whether it is a stack: also one of another copy of the library. */
  static isStack(value: unknown): value is Stack {
    return typeof value === 'object' && value !== null && STACK in value;
  }

  /** What it is emitted for. */
  readonly targets: readonly Target[];
  /** The range for networks of workloads without a tier, if it has one. */
  readonly network: string | undefined;
  /** What it accepts of each target's notes. */
  readonly accepts: Acceptances;

  constructor(
    scope: Construct,
    /** What it is: `shop`. The environments of one system have it in common. */
    readonly system: string,
    /** Where it runs: `prod`. */
    readonly environment: string,
    { targets, network, accepts = {} }: StackProps,
  ) {
    const parent = (scope.node.tryFindChild(system) as Construct | undefined) ?? new Construct(scope, system);
    super(parent, environment, { namespace: dnsLabel(`${system}-${environment}`), disableResourceNameHashes: true });
    Object.defineProperty(this, STACK, { value: true });
    this.targets = targets;
    this.network = network;
    this.accepts = accepts;
  }

  /** `system-environment`. */
  get projectName(): string {
    return this.namespace!;
  }

  /** The graph as it is now; aspects are applied first. */
  graph(): Graph {
    applyAspects(this.node.root);
    return new Graph(this);
  }

  /** The Kubernetes manifests, for cdk8s' own `Testing.synth(stack)`. */
  override toJson(): object[] {
    const target = this.targets.find(({ manifests }) => manifests);
    if (!target) throw new Error(`${this.node.path} has no target that makes Kubernetes manifests; add one: targets: [new Kubernetes()]`);
    return [...target.manifests!(this.graph())];
  }
}
