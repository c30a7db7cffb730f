import type { Construct } from 'constructs';
import { Compose, Kubernetes, type App } from '../../lib';
import { DEVELOPMENT, PRODUCTION } from './networks';
import { GraphMemory } from './stack';

/** GraphMemory: the same system for developers and for its users. */
export function graphMemory(app: App | Construct): void {
  new GraphMemory(app, 'dev', {
    targets: [new Compose({ host: 'graphmemory-dev' }), new Kubernetes()],
    version: 'dev', stage: 'development', networks: DEVELOPMENT, host: 'localhost', tls: 'self-signed',
    replicas: 1, storage: '2Gi', retention: '2d', receivers: [], sources: 'apps/graphmemory/app', isPublished: true,
  });
  new GraphMemory(app, 'prod', {
    targets: [new Compose({ host: 'graphmemory-1' }), new Kubernetes({ registry: 'registry.example' })],
    version: '1.0.0', stage: 'production', networks: PRODUCTION, host: 'graphmemory.example', tls: 'given',
    replicas: 2, storage: '20Gi', retention: '30d', backups: '50Gi',
    receivers: [{ kind: 'email', to: 'operations@graphmemory.example', from: 'alerts@graphmemory.example', smarthost: 'smtp.graphmemory.example:25' }],
  });
}
