import type { Construct } from 'constructs';
import { Compose, Kubernetes, type App } from '../../lib';
import { CedrusDevelopment } from './development';
import { CedrusProduction } from './production';

const RELEASE = { version: '1.0.0', host: 'cedrus.example', tls: 'given' } as const;
const ACCEPTED = {
  compose: ['hosts', 'image', 'probes.alive', 'probes.started', 'runs.cron', 'runs.restart', 'size'],
  kubernetes: ['filledBy', 'hosts', 'runs', 'runs.restart', 'stop.signal', 'storageClass'],
} as const;

/** Cedrus, a Django system: one stack for developers, one for its users. */
export function cedrus(app: App | Construct): void {
  new CedrusDevelopment(app, 'dev', {
    targets: [new Compose(), new Kubernetes()],
    accepts: { compose: ['probes.alive', 'size'], kubernetes: ['image', 'mounts', 'mounts.source', 'reach', 'stop.signal'] },
  });
  new CedrusProduction(app, 'prod', { ...RELEASE, targets: [new Compose(), new Kubernetes({ registry: 'registry.example' })], accepts: ACCEPTED });
}

/** The stack for its users once more, with what watches it, on a host of its own: both have the same ports and address ranges. */
export function observedCedrus(app: App | Construct): void {
  new CedrusProduction(app, 'observed', {
    ...RELEASE, receivers: [{ kind: 'webhook', name: 'on-call' }],
    targets: [new Compose({ host: 'cedrus-observed' }), new Kubernetes({ registry: 'registry.example' })],
    accepts: { compose: [...ACCEPTED.compose, 'internet'], kubernetes: [...ACCEPTED.kubernetes, 'mounts', 'reach'] },
  });
}
