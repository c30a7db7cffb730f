import type { Endpoint } from './endpoint';
import { FaultError } from './problem';
import type { Route } from './route';
import type { SecretKey } from './secret';

/** What stands in a text besides literal characters. Each target spells these in its own way. */
export type Reference =
  /** `mentioned`: only spelled, without an edge. `each`: the name that has the address of every replica. Default: neither. */
  | { readonly kind: 'host'; readonly endpoint: Endpoint; readonly mentioned?: true; readonly each?: true }
  | { readonly kind: 'secret'; readonly key: SecretKey }
  /** The number that a port is published under. */
  | { readonly kind: 'published'; readonly route: Route };

/** A piece of a {@link Text}: literal characters, or what stands for an endpoint or a secret. */
export type TextPart = string | Reference;

/** What a text can be made of. An endpoint stands for its `host:port`. */
export type TextLike = Text | string | number | boolean | SecretKey | Endpoint;

/**
 * A string whose parts may refer to endpoints, secrets and published ports. Whoever uses it depends on what it refers to:
 * start order, networks and policies, environment variables and diagrams all follow from that.
 *
 * It is not a JavaScript string: in a plain template literal the references would be lost, so that throws.
 *
 * Compose: the names of services, and `${VARIABLE}` for secrets and published ports. Kubernetes: the names of Services, a
 * `secretKeyRef` or `$(VARIABLE)` for secrets, and the numbers of published ports.
 */
export class Text {
  private constructor(/** Literal characters and references, in their order. */ readonly parts: readonly TextPart[]) {}

  /** Of a string, a number, a truth value, or a reference. An endpoint stands for its `host:port`. */
  static of(value: TextLike): Text {
    if (value instanceof Text) return value;
    if (isReferring(value)) return value.toText();
    // What a program without types may give, or one with `process.env.X!`: none of it says what is meant.
    if (!['string', 'number', 'boolean'].includes(typeof value) || (typeof value === 'number' && !Number.isFinite(value))) {
      throw new FaultError({
        code: 'text-value', what: `${nameOf(value)} is no text`,
        fix: 'give a string, a number, true, false, or a reference such as db.url; for a variable that may not be set, say what stands in for it: process.env.X ?? …',
      });
    }
    return new Text(value === '' ? [] : [String(value)]);
  }

  /** What stands for an endpoint, a secret, or a published port. */
  static reference(reference: Reference): Text {
    return new Text([reference]);
  }

  /** One after the other, without anything between them. */
  static concat(values: readonly TextLike[]): Text {
    const parts: TextPart[] = [];
    let literal = '';
    const end = () => {
      if (literal !== '') parts.push(literal);
      literal = '';
    };
    for (const value of values) {
      if (typeof value === 'string') {
        literal += value;
        continue;
      }
      for (const part of Text.of(value).parts) {
        if (typeof part === 'string') literal += part;
        else {
          end();
          parts.push(part);
        }
      }
    }
    end();
    return new Text(parts);
  }

  /** What it refers to, in its order. */
  get references(): readonly Reference[] {
    return this.parts.filter(part => typeof part !== 'string');
  }

  /** The literal string, where there is no reference in it. */
  get literal(): string | undefined {
    return this.references.length === 0 ? this.parts.join('') : undefined;
  }

  /** Spells every part: how a target turns the text into a string. */
  spell(literal: (characters: string) => string, reference: (reference: Reference) => string): string {
    return this.parts.map(part => (typeof part === 'string' ? literal(part) : reference(part))).join('');
  }

  /** Throws, as in a plain string: JSON would lose the references too. */
  toJSON(): never {
    return this[Symbol.toPrimitive]();
  }

  [Symbol.toPrimitive](): never {
    throw new FaultError({
      code: 'text-in-string',
      what: 'a Text was put into a plain string, which would lose what it refers to',
      fix: 'tag the template: text`…${db.url}…` instead of `…${db.url}…`',
    });
  }
}

/** Makes a {@link Text} from a template: ``text`${cache.url}/0` ``. */
export function text(literals: TemplateStringsArray, ...values: readonly TextLike[]): Text {
  return Text.concat(literals.flatMap((literal, i) => (i < values.length ? [literal, values[i]!] : [literal])));
}

function isReferring(value: unknown): value is { toText(): Text } {
  return typeof value === 'object' && value !== null && 'toText' in value && typeof value.toText === 'function';
}

function nameOf(value: unknown): string {
  if (value === null || typeof value === 'undefined' || typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'a list' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
