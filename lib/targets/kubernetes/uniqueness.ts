import type { Construct } from 'constructs';
import type { Document } from '../../core/target';
import { pathOf, type Fault } from '../../model';

const LONGEST_SERVICE = 63;

/** Objects that would overwrite each other, and names made of others that grew too long. */
export function uniquenessProblems(documents: readonly Document[]): { readonly at: Construct; readonly fault: Fault }[] {
  const seen = new Map<string, Document>();
  return documents.flatMap(document => {
    const { kind, name, source } = document;
    const { apiVersion } = document.body as { readonly apiVersion?: string };
    const other = seen.get(`${apiVersion}/${kind}/${name}`);
    seen.set(`${apiVersion}/${kind}/${name}`, document);
    return [
      ...(other ? [{ at: source, fault: { code: 'name-collision', what: `it would have the same ${kind} '${name}' as ${pathOf(other.source)}`, fix: 'give one of them another id' } }] : []),
      ...(kind === 'Service' && name.length > LONGEST_SERVICE ? [{ at: source, fault: { code: 'name', what: `its Service would be '${name}' (${name.length} characters)`, fix: `choose ids that give at most ${LONGEST_SERVICE} characters together` } }] : []),
    ];
  });
}
