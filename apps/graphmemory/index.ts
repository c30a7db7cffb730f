import type { Construct } from 'constructs';
import { SecurityScan } from '../../constructs';
import { Compose, Cron, Kubernetes, type App } from '../../lib';
import { DEVELOPMENT, PRODUCTION } from './networks';
import { GraphMemory } from './stack';

/** GraphMemory: the same system for developers and for its users, and beside the latter a scan of all that it runs. */
export function graphMemory(app: App | Construct): void {
  new GraphMemory(app, 'dev', {
    targets: [new Compose({ host: 'graphmemory-dev' }), new Kubernetes()],
    version: 'dev', stage: 'development', networks: DEVELOPMENT, host: 'localhost', tls: 'self-signed',
    replicas: 1, storage: '2Gi', retention: '2d', receivers: [], sources: 'apps/graphmemory/app', isPublished: true,
  });
  const production = new GraphMemory(app, 'prod', {
    targets: [new Compose({ host: 'graphmemory-1' }), new Kubernetes({ registry: 'registry.example' })],
    version: '1.0.0', stage: 'production', networks: PRODUCTION, host: 'graphmemory.example', tls: 'given',
    replicas: 2, storage: '20Gi', retention: '30d', backups: '50Gi',
    receivers: [{ kind: 'email', to: 'operations@graphmemory.example', from: 'alerts@graphmemory.example', smarthost: 'smtp.graphmemory.example:25' }],
  });
  // By night, from the registry that the images are pushed to. Docker Bench wants the host itself, which no workload may have:
  // `compose8s security-report` judges what of it the emitted files show, and reads the log of one that was run by hand.
  new SecurityScan(app, 'scan', { of: production, schedule: Cron.daily('04:00'), registry: 'registry.example' });
}
