import type { IConstruct } from 'constructs';
import { pathOf } from '../model';
import type { Document, Findings } from './target';

type Edit = (body: never) => object;
interface Patch { readonly kind: string; readonly edit: Edit }

/**
 * Edits of emitted documents, by the construct that made them: the way out where the model says too little.
 * Each target has its own, typed by the documents that it makes.
 */
export class Patches {
  private readonly byConstruct = new WeakMap<IConstruct, Patch[]>();
  private isUsed = false;

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
          body = patch.edit(body as never);
        }
      }
      return body === document.body ? document : { ...document, body };
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
}
