import { pathOf } from '../../model';
import type { Emission } from '../synthesis';
import { at, fieldChanges, type FieldChange } from './fields';
import { withRebuilt } from './images';
import { gravest, inPlace, withDisposable, type Impact, type Verdict } from './impact';
import { filesOf, keyOf, namespaceOf, resourcesOf, type Files, type Resource } from './resources';
import { ruleOf } from './rules';

export { gravest, IMPACTS, type Impact } from './impact';
export { filesIn } from './resources';

/** A resource that would be another one, or would come or go. */
export interface Change {
  /** The construct that makes it; for what is gone, the path that it must have had. */
  readonly construct: string;
  readonly target: string;
  readonly kind: string;
  readonly name: string;
  /** Where it is another than the stack's own. */
  readonly namespace?: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly impact: Impact;
  readonly why: readonly string[];
  readonly fields: readonly FieldChange[];
}

/** What stands in a folder, against what an emission would write there. */
export function diff(emission: Emission, former: Files): Change[] {
  const [before, after] = [resourcesOf(former), resourcesOf(filesOf(emission.files))];
  const renamed = renamedJobs(before, after);
  const { graph } = emission;
  const disposable = new Set(graph.volumes.filter(({ spec }) => spec.disposable).map(volume => graph.name(volume)));
  const changes = [...new Set([...after.keys(), ...before.keys()])].flatMap((key): Change[] => {
    const now = after.get(key);
    const then = before.get(now && renamed.get(key) ? renamed.get(key)! : key);
    if (!now && [...renamed.values()].includes(key)) return [];
    const fields = fieldChanges(then?.body, now?.body);
    if (fields.length === 0) return [];
    const { kind, name } = (now ?? then)!;
    const change = !then ? 'added' : !now ? 'removed' : 'changed';
    const verdicts = renamed.has(key) ? [inPlace('each release runs a Job of its own; the former one has run')] : ruleOf(kind)[change]({ name, before: then?.body, after: now?.body, fields });
    return [changeOf(emission, (now ?? then)!, { kind, name, change, fields: change === 'changed' ? fields : [] }, verdicts.map(verdict => withDisposable(verdict, disposable)))];
  });
  return withRebuilt(emission, before.values(), changes);
}

function changeOf(emission: Emission, resource: Resource, what: Pick<Change, 'kind' | 'name' | 'change' | 'fields'>, verdicts: readonly Verdict[]): Change {
  const namespace = namespaceOf(resource.body);
  return {
    construct: constructOf(emission, resource), target: emission.target.name, ...what,
    ...(namespace === undefined || namespace === emission.graph.stack.projectName ? {} : { namespace }),
    impact: gravest(verdicts.map(({ impact }) => impact)), why: [...new Set(verdicts.map(({ why }) => why))],
  };
}

/** Those that are there know it; for those that are gone, labels and names tell. */
function constructOf({ graph, rendering: { documents } }: Emission, resource: Resource): string {
  const { kind, name, body } = resource;
  const document = documents.find(other => keyOf(other) === keyOf(resource));
  if (document) return pathOf(document.source);
  const stack = graph.stack.node.path;
  const label = at(body, 'metadata.labels');
  const known = (label as Readonly<Record<string, unknown>> | undefined)?.['app.kubernetes.io/name'];
  if (kind === 'files' || kind === 'project') return stack;
  return `${stack}/${String(known ?? name)}`;
}

/** A release's Job has a name with a hash: another release is another Job, not one Job gone and one come. */
function renamedJobs(before: ReadonlyMap<string, Resource>, after: ReadonlyMap<string, Resource>): Map<string, string> {
  const nameOf = ({ body }: Resource) => JSON.stringify(at(body, 'metadata.labels'));
  const gone = [...before].filter(([key, { kind }]) => kind === 'Job' && !after.has(key));
  return new Map([...after].flatMap(([key, job]): [string, string][] => {
    const former = job.kind === 'Job' && !before.has(key) ? gone.find(([, other]) => nameOf(other) === nameOf(job)) : undefined;
    return former ? [[key, former[0]]] : [];
  }));
}
