import { COMPOSE_RULES } from './compose-rules';
import type { FieldChange } from './fields';
import { inPlace, type Verdict } from './impact';
import { ANY_MANIFEST, KUBERNETES_RULES } from './kubernetes-rules';

/** Something that differs. */
export interface Subject {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly fields: readonly FieldChange[];
}

/** What becomes of that which runs. */
export interface Rule {
  readonly added: (subject: Subject) => readonly Verdict[];
  readonly removed: (subject: Subject) => readonly Verdict[];
  readonly changed: (subject: Subject) => readonly Verdict[];
}

const FILES: Rule = {
  added: () => [inPlace('what reads it changes by itself')],
  removed: () => [inPlace('nothing reads it any more')],
  changed: () => [inPlace('what reads it changes by itself')],
};

/** Sections of Compose files are in lower case, kinds of manifests are not. */
export function ruleOf(kind: string): Rule {
  return kind === 'files' ? FILES : COMPOSE_RULES[kind] ?? KUBERNETES_RULES[kind] ?? ANY_MANIFEST;
}
