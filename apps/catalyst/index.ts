import type { Construct } from 'constructs';
import { Compose, Kubernetes, type App } from '../../lib';
import { CatalystDevelopment } from './development';
import { CatalystProduction } from './production';

/** Catalyst reads the text in pictures: one stack for developers, one for its users. */
export function catalyst(app: App | Construct): void {
  const compose = new Compose({ host: 'catalyst-1' });
  new CatalystDevelopment(app, 'dev', { targets: [compose, new Kubernetes()] });
  new CatalystProduction(app, 'prod', {
    targets: [compose, new Kubernetes({ registry: 'registry.example' })],
    version: '1.0.0', host: 'catalyst.example', tls: 'given', replicas: 3, receivers: [{ kind: 'webhook', name: 'operations' }],
  });
}
