import type { Construct } from 'constructs';
import type { App } from '../lib';
import { agentPlatform } from './agent-platform';
import { catalyst } from './catalyst';
import { cedrus } from './cedrus';
import { graphMemory } from './graphmemory';
import { guardian } from './guardian';

/** Every system, in every environment. */
export function systems(app: App | Construct): void {
  for (const system of [agentPlatform, catalyst, cedrus, graphMemory, guardian]) system(app);
}
