import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { Compose, Cron, Duration, Kubernetes, synthesize, Workload, type Action, type Stack, type WorkloadProps } from '../../lib';
import { canCheck, missing } from '../support/here';
import { IMAGE, service, shop } from '../support/stacks';

/** The commands of an action, on both targets. */
function spelled(build: (stack: Stack) => Action): Readonly<Record<string, readonly string[]>> {
  let action: Action | undefined;
  const app = shop(stack => { action = build(stack); }, { targets: [new Compose(), new Kubernetes()] });
  const { emissions, problems } = synthesize(app);
  expect(problems).toEqual([]);
  return Object.fromEntries(emissions.map(({ graph, target, rendering }) => [target.name, target.operations!(graph, rendering.documents).spell(action!)]));
}

describe('work by a schedule', () => {
  const commands = (which: 'stop-callers' | 'start-callers') => spelled(stack => {
    const db = service(stack, 'db');
    const connects = [db.endpoint('http')];
    const runs = { kind: 'schedule', cron: Cron.daily('03:00'), deadline: Duration.hours(1) } as const;
    const work = (id: string, more: Partial<WorkloadProps>) => new Workload(stack, id, { image: IMAGE, command: ['work'], runs, ...more });
    work('cleanup', { connects });
    work('elsewhere', {});
    return { do: which, of: db, except: [work('backup', { connects })] };
  });

  test('is stopped with those who call a database, but for what is left out, and what runs of it ends', () => {
    expect(commands('stop-callers')).toEqual({
      compose: ['docker compose stop cleanup'],
      kubernetes: [
        `kubectl patch cronjob cleanup --patch '{"spec":{"suspend":true}}'`,
        'kubectl delete job --selector=app.kubernetes.io/name=cleanup',
        'kubectl wait --for=delete pod --selector=app.kubernetes.io/name=cleanup --timeout=5m',
      ],
    });
  });

  test('goes on with them', () => {
    expect(commands('start-callers')).toEqual({
      compose: ['docker compose up --wait'],
      kubernetes: [`kubectl patch cronjob cleanup --patch '{"spec":{"suspend":false}}'`],
    });
  });
});

describe('a run that reads a file', () => {
  const { compose, kubernetes } = spelled(stack => {
    const task = new Workload(stack, 'take', { image: IMAGE, command: ['take'], runs: { kind: 'task' } });
    return { do: 'run', workload: task, args: ['FILE'], input: 'FILE', as: 'take-1' };
  });

  test('gets it without a terminal, on a cluster once its container waits for it', () => {
    expect(compose).toEqual(['docker compose run --rm -T take FILE < FILE']);
    expect(kubernetes!.filter(line => !line.includes('jq'))).toEqual([
      'kubectl create job take-1 --from=cronjob/take --dry-run=client --output=json |',
      '  kubectl apply --filename=-',
      `kubectl wait --for=jsonpath='{.status.ready}'=1 job/take-1 --timeout=5m`,
      'kubectl attach --stdin job/take-1 < FILE',
    ]);
  });

  if (canCheck('the change that jq makes', missing('jq'))) {
    test('has an input that ends, and one try, on a cluster; all else stays as it is', () => {
      const job = { spec: { backoffLimit: 1, template: { spec: { containers: [{ name: 'take', args: ['all'] }, { name: 'other' }] } } } };
      const { stdout } = spawnSync('sh', ['-c', kubernetes![1]!.replace(/ \|$/, '')], { input: JSON.stringify(job), encoding: 'utf8' });
      expect(JSON.parse(stdout)).toEqual({ spec: { backoffLimit: 0, template: { spec: { containers: [{ name: 'take', args: ['FILE'], stdin: true, stdinOnce: true }, { name: 'other' }] } } } });
    });
  }
});
