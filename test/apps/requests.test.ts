import { expect, test } from '@jest/globals';
import { agentPlatform } from '../../apps/agent-platform';
import { catalyst } from '../../apps/catalyst';
import { graphMemory } from '../../apps/graphmemory';
import { guardian } from '../../apps/guardian';
import { routeOf } from '../../apps/guardian/app/src/lib/routes';
import { WebService } from '../../constructs';
import { App } from '../../lib';
import { namedProbes } from '../../lib/model/workload-checks';
import { canCheck, missing } from '../support/here';
import { runPython } from './python/run';

/** Which of these paths a program counts, and which it must. */
interface Program {
  readonly system: (app: App) => void;
  readonly services: readonly string[];
  readonly counted: (paths: readonly string[]) => readonly string[];
  readonly visited: string;
}

const python = (app: string, ...program: readonly string[]) => (paths: readonly string[]) => runPython(app, 'counted.py', ...program, ...paths);

const PROGRAMS: Readonly<Record<string, Program>> = {
  'Guardian': { system: guardian, services: ['web'], visited: '/api/incidents', counted: paths => paths.filter(path => routeOf(path) !== undefined) },
  ...(canCheck('what programs in Python count', missing('python3')) ? {
    'Agent platform': { system: agentPlatform, services: ['backend', 'agent'], visited: '/api/agent/messages', counted: python('agent-platform', 'agents.web', 'Observed', 'DURATION') },
    'GraphMemory': { system: graphMemory, services: ['api', 'analytics'], visited: '/api/counts', counted: python('graphmemory', 'service.requests', '_Measured', 'DURATION') },
    'Catalyst': { system: catalyst, services: ['catalyst-backend'], visited: '/api/documents', counted: python('catalyst', 'catalyst.middleware', 'Observe', 'REQUESTS') },
  } : {}),
};

test.each(Object.entries(PROGRAMS))('%s counts what visitors ask for, and nothing that probes and Prometheus ask for', (_, { system, services, counted, visited }) => {
  const app = new App();
  system(app);
  const asked = app.node.findAll().filter((thing): thing is WebService => thing instanceof WebService && services.includes(thing.node.id)).flatMap(({ metrics, workload: { spec: { probes } } }) => [
    ...(metrics === undefined ? [] : [metrics]),
    ...namedProbes(probes!).flatMap(([, { check }]) => (check.kind === 'http' ? [check.path] : [])),
  ]);
  expect(new Set(asked).size).toBeGreaterThan(2);
  expect(counted([...new Set(asked), visited])).toEqual([visited]);
});
