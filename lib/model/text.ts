import type { Endpoint } from './endpoint';
import { FaultError } from './problem';
import type { Route } from './route';
import type { SecretKey } from './secret';

/** What stands in a text besides literal characters. Each target spells these in its own way. */
export type Reference =
  /** `mentioned`: only spelled, without an edge. `each`: the name that has the address of every replica. */
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
 */
export class Text {
  private constructor(readonly parts: readonly TextPart[]) {}

  static of(value: TextLike): Text {
    if (value instanceof Text) return value;
    if (typeof value === 'object') return value.toText();
    return new Text(value === '' ? [] : [String(value)]);
  }

  static reference(reference: Reference): Text {
    return new Text([reference]);
  }

  static concat(values: readonly TextLike[]): Text {
    const parts: TextPart[] = [];
    for (const part of values.flatMap(value => Text.of(value).parts)) {
      const last = parts.at(-1);
      if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
      else parts.push(part);
    }
    return new Text(parts);
  }

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
