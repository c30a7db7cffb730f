import type { Construct } from 'constructs';
import type { Document } from '../../core/target';
import { pathOf, type Fault } from '../../model';

/** The graph checks the names that it gives; those of Services may have something added. */
const LONGEST_SERVICE = 63;

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
    if (kind === 'Service' && name.length > LONGEST_SERVICE) {
      problems.push({ at: source, fault: { code: 'name', what: `its Service would be '${name}' (${name.length} characters)`, fix: `choose ids that give at most ${LONGEST_SERVICE} characters together` } });
    }
  }
  return problems;
}
