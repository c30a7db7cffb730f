/** A node of a parsed expression. The parser's own types are for ES modules only. */
interface Node {
  readonly from: number;
  readonly to: number;
  getChild(name: string): Node | null;
  getChildren(name: string): readonly Node[];
}
interface PromQL {
  readonly parser: { parse(expr: string): { iterate(visit: { enter(at: { readonly name: string; readonly node: Node }): void }): void } };
}

/**
 * The expression, looking at the samples of one namespace alone: each of its vector selectors asks for that label as well.
 * A cluster's Prometheus has the samples of all namespaces, among them those of other stacks with the same names. A selector
 * that names a namespace by itself means it, and stays as it is.
 */
export function within(expr: string, namespace: string): string {
  // Loaded only here: most clusters have no Prometheus that the target is told of.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { parser } = require('@prometheus-io/lezer-promql') as PromQL;
  const matcher = `namespace="${namespace}"`;
  const wordOf = (node: Node, label: string) => {
    const { from, to } = node.getChild(label)!;
    return expr.slice(from, to).replaceAll(/^["'`]|["'`]$/g, '');
  };
  const namesNamespace = (own: Node) => [
    ...own.getChildren('UnquotedLabelMatcher').map(matcher => wordOf(matcher, 'LabelName')),
    ...own.getChildren('QuotedLabelMatcher').map(matcher => wordOf(matcher, 'QuotedLabelName')),
  ].includes('namespace');
  const parts: string[] = [];
  let end = 0;
  const insert = (at: number, text: string) => {
    parts.push(expr.slice(end, at), text);
    end = at;
  };
  // No selector stands within another: they come in the order of the text.
  parser.parse(expr).iterate({
    enter: ({ name, node }) => {
      if (name !== 'VectorSelector') return;
      const own = node.getChild('LabelMatchers');
      if (!own) insert(node.to, `{${matcher}}`);
      else if (!namesNamespace(own)) insert(own.from + 1, /^\{\s*\}$/.test(expr.slice(own.from, own.to)) ? matcher : `${matcher}, `);
    },
  });
  return parts.join('') + expr.slice(end);
}
