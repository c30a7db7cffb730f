import type { Construct } from 'constructs';
import { SecurityScan } from '../constructs';
import { Cron, Stack, type App } from '../lib';
import { agentPlatform } from './agent-platform';
import { catalyst } from './catalyst';
import { cedrus, observedCedrus } from './cedrus';
import { graphMemory } from './graphmemory';
import { guardian } from './guardian';

/** Every system, in every environment, and beside each production a scan of all that runs in it. */
export function systems(app: App | Construct): void {
  for (const system of [agentPlatform, catalyst, cedrus, observedCedrus, graphMemory, guardian]) system(app);
  const production = app.node.findAll().filter(Stack.isStack).filter(({ environment }) => environment === 'prod');
  // By night: in a cluster from the registry that the images are pushed to, on a Docker host what it has built itself. Docker Bench
  // wants the host itself, which no workload may have: `compose8s security-report` judges what of it the emitted files show, and
  // reads the log of one that was run by hand.
  for (const of of production) new SecurityScan(app, 'scan', { of, schedule: Cron.daily('04:00'), registry: 'registry.example' });
}
