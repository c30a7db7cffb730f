import type { IConstruct } from 'constructs';
import { pathOf, type Fault } from '../model';
import { failureOf } from './places';
import type { Document, Findings } from './target';

type Edit = (body: never, name: string) => unknown;
interface Patch { readonly kind: string; readonly edit: Edit }

/** Safeguards that a document lacks, in words: what a target's own documents never lack unless the program says so. */
export type Weaknesses = (kind: string, body: object) => readonly string[];

/**
 * Edits of emitted documents, by the construct that made them: the way out where the model says too little.
 * Each target has its own, typed by the documents that it makes. Every edit is noted, and what is weaker by it.
 */
export class Patches {
  private readonly byConstruct = new WeakMap<IConstruct, Patch[]>();
  private isUsed = false;

  constructor(private readonly weaknesses: Weaknesses) {}

  add(construct: IConstruct, kind: string, edit: Edit): void {
    this.isUsed = true;
    this.byConstruct.set(construct, [...(this.byConstruct.get(construct) ?? []), { kind, edit }]);
  }

  /** Applies what was added to a document's source or to any construct around it. An edit that met nothing is a problem. */
  apply(documents: readonly Document[], stack: IConstruct, findings: Findings): readonly Document[] {
    if (!this.isUsed) return documents;
    const met = new Set<Patch>();
    const patched = documents.map(document => {
      let { body } = document;
      for (const scope of document.source.node.scopes) {
        for (const patch of this.byConstruct.get(scope) ?? []) {
          if (patch.kind !== document.kind) continue;
          met.add(patch);
          const edited = attempt(() => patch.edit(copyOf(body) as never, document.name), fault => findings.problem(scope, fault));
          if (isEntry(edited)) body = edited;
          else if (edited !== FAILED) findings.problem(scope, { code: 'patch-nothing', what: `the patch of '${patch.kind}' gives back ${edited === null ? 'null' : Array.isArray(edited) ? 'a list' : typeof edited}, where the whole entry is asked for`, fix: 'give back all of it: entry => ({ ...entry, … })' });
        }
      }
      if (body === document.body || isSame(body, document.body)) return document;
      this.note(document, body, findings);
      return { ...document, body };
    });
    for (const construct of stack.node.findAll()) {
      for (const patch of this.byConstruct.get(construct) ?? []) {
        if (met.has(patch)) continue;
        const kinds = new Set(documents.filter(({ source }) => source.node.scopes.includes(construct)).map(({ kind }) => kind));
        findings.problem(construct, {
          code: 'patch-unmet',
          what: `the patch of '${patch.kind}' met nothing: ${pathOf(construct)} makes none`,
          fix: `patch one of: ${[...kinds].join(', ') || '(it makes nothing here)'}`,
        });
      }
    }
    return patched;
  }

  private note({ source, kind, body: before }: Document, after: object, findings: Findings): void {
    // `services` is a section of many; `Ingress` is a kind.
    findings.note(source, 'patch', 'approximated', `its ${kind.replace(/^([a-z]+)s$/, '$1')} is edited by hand, for this target alone`);
    const known = this.weaknesses(kind, before);
    for (const weakness of this.weaknesses(kind, after)) {
      // Not as `loosened`, which a program asks for by its own word, on every target.
      if (!known.includes(weakness)) findings.note(source, 'loosened', 'left-out', `by a patch ${weakness}`);
    }
  }
}

/** Of an edit that ended with an error, which has been said. */
const FAILED = Symbol('failed');

function attempt(edit: () => unknown, report: (fault: Fault) => void): unknown {
  try {
    return edit();
  } catch (error) {
    report(failureOf(error, { code: 'patch-failed', what: 'a patch failed here', fix: 'mend the patch' }));
    return FAILED;
  }
}

/** Its lists and mappings anew, so that an edit may change it where it stands and what it was is still known. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  return isMapping(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)])) : value;
}

function isMapping(value: unknown): value is object {
  return isEntry(value) && Object.getPrototypeOf(value) === Object.prototype;
}

/** As it would be printed. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isEntry(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
