import { setTimeout } from 'node:timers/promises';
import type { Graph } from '../../core/graph';
import type { Document } from '../../core/target';
import { Misuse } from '../errors';
import { complain } from '../terminal';
import { ask } from './run';

/** In milliseconds. As long as a rollout may take. */
const TIMEOUT = 10 * 60_000;
const PAUSE = 1000;

interface Named { readonly metadata: { readonly name: string } }

/**
 * Until the work of the release is done. No rollout shows that it failed: who does not wait for it is ready all the same, and
 * who does never is. An object of a team's own may be meant to go on. `timeout` in milliseconds. @throws Misuse where some of it
 * failed, as soon as it has.
 */
export async function jobsDone({ stack: { projectName }, workloads }: Graph, documents: readonly Document[], timeout = TIMEOUT): Promise<void> {
  // The name in the document itself: a release's Job has another in each release.
  const jobs = new Map(documents.filter(({ kind, source }) => kind === 'Job' && workloads.some(workload => workload === source)).map(({ name, body }) => [(body as Named).metadata.name, name]));
  if (jobs.size === 0) return;
  complain(`→ waiting for ${[...jobs.keys()].join(', ')}\n`);
  for (const end = Date.now() + timeout; ;) {
    const conditions = conditionsOf(projectName);
    const failed = [...jobs].filter(([job]) => conditions.get(job)?.includes('Failed'));
    const open = [...jobs].filter(([job]) => !conditions.get(job)?.includes('Complete'));
    if (failed.length > 0) throw stuck(projectName, failed, 'failed');
    if (open.length === 0) return;
    if (Date.now() >= end) throw stuck(projectName, open, 'not ended');
    await setTimeout(PAUSE);
  }
}

/** Of all Jobs of the namespace, by name: those that hold. */
function conditionsOf(namespace: string): ReadonlyMap<string, readonly string[]> {
  const lines = ask(['kubectl', '--namespace', namespace, 'get', 'jobs', '--output', CONDITIONS]).split('\n').filter(line => line !== '');
  return new Map(lines.map(line => line.split(' ')).map(([name, ...conditions]) => [name!, conditions]));
}

/** `migrate-0123456789 SuccessCriteriaMet Complete` */
const CONDITIONS = 'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.status=="True")].type}{"\\n"}{end}';

/** A Job that has failed stays so, and applying it again does nothing. */
function stuck(namespace: string, jobs: readonly (readonly [job: string, workload: string])[], how: string): Misuse {
  const kubectl = `kubectl --namespace ${namespace}`;
  const logs = jobs.map(([, workload]) => `${kubectl} logs --selector=app.kubernetes.io/name=${workload} --all-containers --prefix --tail=100`);
  return new Misuse(
    `the work of the release has ${how}: ${jobs.map(([job]) => `job/${job}`).join(', ')}`,
    `mend the cause, then remove it and run the same again, which does it once more:\n${[...logs, `${kubectl} delete job ${jobs.map(([job]) => job).join(' ')}`].map(line => `    ${line}`).join('\n')}`,
  );
}
