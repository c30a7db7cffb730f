import { Construct, type IConstruct } from 'constructs';

/** The kinds of primitives: the closed set that every target has a handler for. */
export type Kind = 'workload' | 'volume' | 'secret' | 'config' | 'route' | 'certificate' | 'metrics' | 'alert-rules';

const PRIMITIVE = Symbol.for('compose8s.Primitive');

/**
 * What every target must know how to express. The set is closed: products (`Postgres`, `WebService` …) are
 * composed of primitives, and a target never meets anything else.
 */
export abstract class Primitive<K extends Kind, Spec> extends Construct {
  /** Everything that is asked for, as data. Aspects may change it until synthesis begins. */
  readonly spec: Spec;

  constructor(scope: Construct, id: string, /** By it targets pick the handler. */ readonly kind: K, spec: Spec) {
    super(scope, id);
    this.spec = spec;
    Object.defineProperty(this, PRIMITIVE, { value: true });
  }
}

/** Whether a construct is one that targets express, rather than a group of such. */
export function isPrimitive(construct: IConstruct): construct is Primitive<Kind, object> {
  return PRIMITIVE in construct;
}
