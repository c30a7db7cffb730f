import type { Construct } from 'constructs';
import type { Document } from '../../core/target';
import { pathOf, type Fault } from '../../model';

/** Of a DNS label, by kind: those that the graph does not know of. */
const LONGEST: Readonly<Record<string, number>> = { Service: 63, Namespace: 63 };

/** Objects that would overwrite each other, and names made of others that grew too long. */
export function uniquenessProblems(documents: readonly Document[]): { readonly at: Construct; readonly fault: Fault }[] {
  const problems: { at: Construct; fault: Fault }[] = [];
  const seen = new Map<string, Document>();
  for (const document of documents) {
    const { kind, name, source } = document;
    const { apiVersion, metadata } = document.body as { readonly apiVersion?: string; readonly metadata?: { readonly namespace?: string } };
    const id = `${apiVersion}/${kind}/${metadata?.namespace}/${name}`;
    const other = seen.get(id);
    seen.set(id, document);
    if (other) problems.push({ at: source, fault: { code: 'name-collision', what: `it would have the same ${kind} '${name}' as ${pathOf(other.source)}`, fix: 'give one of them another id' } });
    const longest = LONGEST[kind];
    if (longest !== undefined && name.length > longest) {
      problems.push({ at: source, fault: { code: 'name', what: `its ${kind} would be '${name}' (${name.length} characters)`, fix: `choose ids that give at most ${longest} characters together` } });
    }
  }
  return problems;
}
