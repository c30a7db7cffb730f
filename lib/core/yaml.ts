import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from 'js-yaml';

/** What Docker's and Kubernetes' readers, written in Go, take for a number, though no version of YAML does: `0X1F`, `1_e3`. */
const GO_NUMBER = /^[-+]?(?:0[box]-?\d|0[XBO]|[\d.][\w.+-]*_|_)/;

const quoteGoNumbers: ScalarStyleRule = layout => {
  if (layout.style === SCALAR_STYLE.PLAIN && GO_NUMBER.test(layout.node.value)) layout.style = SCALAR_STYLE.SINGLE_QUOTED;
};

const scalarStyleRules = [quoteGoNumbers, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];

/** The text of a document. Every string that some reader could mistake for something else is quoted. */
export function yaml(value: object): string {
  return dump(value, { lineWidth: -1, noRefs: true, scalarStyleRules });
}
