import type { App, Stack, StackProps } from '../../lib';

/** A mistake of a user, and all that is printed about it. */
export interface BadInput {
  /** What the user did. */
  readonly name: string;
  /** Inside a stack `shop/dev` for Compose … */
  readonly build?: (stack: Stack) => void;
  readonly props?: Partial<StackProps>;
  /** … or a program of its own. */
  readonly app?: () => App;
  readonly problems: readonly Expected[];
}

export interface Expected { readonly what: string; readonly at: string; readonly fix: string }

/** At `shop/dev/web`, unless it says otherwise. */
export function problem(what: string, fix: string, at = 'shop/dev/web'): Expected {
  return { what, at, fix };
}
