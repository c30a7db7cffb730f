import { Construct, type IConstruct } from 'constructs';

export type Kind = 'workload' | 'volume' | 'secret' | 'config' | 'route' | 'certificate';

const PRIMITIVE = Symbol.for('compose8s.Primitive');

/**
 * What every target must know how to express. The set is closed: products (`Postgres`, `WebService` …) are
 * composed of primitives, and a target never meets anything else.
 */
export abstract class Primitive<K extends Kind, Spec> extends Construct {
  /** Everything that is asked for, as data. Aspects may change it until synthesis begins. */
  readonly spec: Spec;

  constructor(scope: Construct, id: string, readonly kind: K, spec: Spec) {
    super(scope, id);
    this.spec = spec;
    Object.defineProperty(this, PRIMITIVE, { value: true });
  }
}

export function isPrimitive(construct: IConstruct): construct is Primitive<Kind, object> {
  return PRIMITIVE in construct;
}
