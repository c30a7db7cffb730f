import type { Construct } from 'constructs';
import { Compose, Kubernetes, type App } from '../../lib';
import { GuardianDevelopment } from './development';
import { GuardianProduction } from './production';

/** Guardian, a Next.js system with Prisma: one stack for developers, one for its users. */
export function guardian(app: App | Construct): void {
  new GuardianDevelopment(app, 'dev', { targets: [new Compose(), new Kubernetes()] });
  new GuardianProduction(app, 'prod', { targets: [new Compose({ host: 'guardian-1' }), new Kubernetes({ registry: 'registry.example' })], version: '1.0.0', host: 'guardian.example', tls: 'given' });
}
