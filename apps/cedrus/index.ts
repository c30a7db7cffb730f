import type { Construct } from 'constructs';
import { Compose, Kubernetes, type App } from '../../lib';
import { CedrusDevelopment } from './development';
import { CedrusProduction } from './production';

/** Cedrus, a Django system: one stack for developers, one for its users. */
export function cedrus(app: App | Construct): void {
  new CedrusDevelopment(app, 'dev', {
    targets: [new Compose(), new Kubernetes()],
    accepts: { compose: ['probes.alive', 'size'], kubernetes: ['image', 'mounts.source', 'reach', 'stop.signal', 'storageClass'] },
  });
  new CedrusProduction(app, 'prod', {
    targets: [new Compose(), new Kubernetes({ registry: 'registry.example' })],
    accepts: {
      compose: ['hosts', 'probes.alive', 'probes.started', 'runs.cron', 'runs.restart', 'size'],
      kubernetes: ['hosts', 'runs', 'runs.restart', 'stop.signal', 'storageClass'],
    },
    version: '1.0.0', host: 'cedrus.example', tls: 'given',
  });
}
