/** The part of the parser that is used here. Its own types are for ES modules only. */
interface PromQL {
  readonly parser: { parse(expression: string): { iterate(visit: { enter(node: { readonly type: { readonly isError: boolean }; readonly from: number }): void }): void } };
}

/** Where an expression stops being PromQL: how many characters are well before. Undefined where it is well as a whole. */
export function promqlFault(expression: string): number | undefined {
  // Loaded only here: most systems have no rules of their own.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { parser } = require('@prometheus-io/lezer-promql') as PromQL;
  const faults: number[] = [];
  parser.parse(expression).iterate({ enter: ({ type, from }) => { if (type.isError) faults.push(from); } });
  return faults[0];
}
