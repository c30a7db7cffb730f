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
    if (failed.length > 0) throw failedWork(projectName, failed);
    if (open.length === 0) return;
    if (Date.now() >= end) throw new Misuse(`the work of the release has not ended: ${namesOf(open)}`, `it goes on in the cluster; run the same again to go on waiting. What it says:\n${indented(logsOf(projectName, open))}`);
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
function failedWork(namespace: string, jobs: Jobs): Misuse {
  const remove = `kubectl --namespace ${namespace} delete job ${jobs.map(([job]) => job).join(' ')}`;
  return new Misuse(`the work of the release has failed: ${namesOf(jobs)}`, `mend the cause, then remove it and run the same again, which does it once more:\n${indented([...logsOf(namespace, jobs), remove])}`);
}

type Jobs = readonly (readonly [job: string, workload: string])[];

function namesOf(jobs: Jobs): string {
  return jobs.map(([job]) => `job/${job}`).join(', ');
}

function logsOf(namespace: string, jobs: Jobs): string[] {
  return jobs.map(([, workload]) => `kubectl --namespace ${namespace} logs --selector=app.kubernetes.io/name=${workload} --all-containers --prefix --tail=100`);
}

function indented(lines: readonly string[]): string {
  return lines.map(line => `    ${line}`).join('\n');
}
