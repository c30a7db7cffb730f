import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Certificate, Compose, Duration, Graph, Image, Probe, Secret, Stack, text, Workload, type Target } from '../../lib';
import { SecretsFolder } from '../../lib/core/secrets';

export interface ShopProps {
  readonly environments?: readonly string[];
  readonly tls?: 'given' | 'self-signed';
  /** With a key that somebody has to give. */
  readonly vendor?: boolean;
  readonly targets?: readonly Target[];
  readonly outdir?: string;
}

/** Stands for whatever makes manifests. */
export const CLUSTER: Target = {
  name: 'kubernetes',
  render: () => ({ documents: [], files: new Map(), notes: [], problems: [] }),
  print: () => new Map(),
  next: () => [],
  manifests: () => [],
};

/** A small system with a secret of every origin: in the environment, mounted, and one that nobody uses. */
export function shop({ environments = ['dev'], tls = 'self-signed', vendor = false, targets = [new Compose(), CLUSTER], outdir }: ShopProps = {}): App {
  const app = new App({ outdir });
  for (const environment of environments) {
    const stack = new Stack(app, 'shop', environment, { targets });
    const database = new Secret(stack, 'database', { keys: { password: Secret.password(), 'replication-password': Secret.password(40) } });
    const session = new Secret(stack, 'session', { keys: { key: Secret.hex(32) } });
    const payments = vendor ? new Secret(stack, 'payments', { keys: { 'api-key': Secret.given('in the dashboard of the vendor', { minLength: 20 }) } }) : undefined;
    const certificate = new Certificate(stack, 'tls', { hosts: ['localhost', '127.0.0.1', 'shop.example', '*.shop.example'], source: { kind: tls } });
    new Secret(stack, 'unused', { keys: ['password'] });
    new Workload(stack, 'web', {
      image: Image.registry('nginx:1.29-alpine', { user: { uid: 101, gid: 101 }, tools: ['curl'] }),
      ports: { https: 8443 },
      env: { DATABASE_URL: text`postgres://shop:${database.key('password')}@db/shop`, ...(payments ? { PAYMENTS_KEY: payments.key('api-key') } : {}) },
      mounts: [{ certificate, path: '/etc/tls' }, { secret: session, path: '/run/secrets/session' }],
      probes: { ready: Probe.http('/ready'), startup: Duration.seconds(30) },
    });
  }
  return app;
}

export function graphOf(app: App, environment = 'dev'): Graph {
  return app.node.findAll().filter(Stack.isStack).find(stack => stack.environment === environment)!.graph();
}

/** A new, empty folder for each call, removed by `cleanUp`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'compose8s-test-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

export function cleanUp(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function valuesFor(project: string, environment = 'dev'): SecretsFolder {
  return SecretsFolder.inProject(project, `shop/${environment}`);
}

/** Path → content of every file below. */
export function filesBelow(folder: string): Map<string, string> {
  return new Map(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => statSync(join(folder, path)).isFile()).sort().map(path => [path, readFileSync(join(folder, path), 'utf8')]));
}

export function modeOf(...path: readonly string[]): string {
  return (statSync(join(...path)).mode & 0o777).toString(8).padStart(4, '0');
}
