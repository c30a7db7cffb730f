import { App as Cdk8sApp, Chart, Size as Cdk8sSize } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { dump } from 'js-yaml';
import { HealthProbes, WebService } from '../../constructs';
import { App, Compose, Config, Image, Kubernetes, Secret, Stack, synthesize, type Emission, type Target } from '../../lib';

/** The same service each time: a port, three probes, a config file, a secret in its environment. */
export class Services extends Stack {
  constructor(app: App, targets: readonly Target[], count: number) {
    super(app, 'bench', 'services', { targets });
    const image = Image.registry('ghcr.io/acme/web:1.4.2', { user: { uid: 10001, gid: 10001 }, tools: ['wget'] });
    for (let i = 0; i < count; i++) {
      const token = new Secret(this, `token-${i}`, { keys: ['value'] });
      const config = new Config(this, `config-${i}`, { files: { 'settings.ini': `[service]\nnumber = ${i}\n` } });
      new WebService(this, `web-${i}`, {
        image, port: 8080,
        env: { NUMBER: i, TOKEN: token.key('value') },
        mounts: [{ config, path: '/etc/web' }],
        probes: HealthProbes.http({ ready: '/ready', alive: '/alive', started: '/started' }),
      });
    }
  }
}

function emit(targets: readonly Target[], count: number): readonly Emission[] {
  const app = new App();
  new Services(app, targets, count);
  const { emissions, problems } = synthesize(app);
  if (problems.length > 0) throw new Error(JSON.stringify(problems.slice(0, 3)));
  return emissions;
}

function cdk8sPlus(count: number): number {
  const app = new Cdk8sApp();
  const chart = new Chart(app, 'services');
  for (let i = 0; i < count; i++) {
    const config = new kplus.ConfigMap(chart, `config-${i}`, { data: { 'settings.ini': `[service]\nnumber = ${i}\n` } });
    const secret = kplus.Secret.fromSecretName(chart, `token-${i}`, `token-${i}`);
    const deployment = new kplus.Deployment(chart, `web-${i}`, { replicas: 1, securityContext: { user: 10001, group: 10001, ensureNonRoot: true } });
    const container = deployment.addContainer({
      image: 'ghcr.io/acme/web:1.4.2', port: 8080,
      envVariables: { NUMBER: kplus.EnvValue.fromValue(`${i}`), TOKEN: kplus.EnvValue.fromSecretValue({ secret, key: 'value' }) },
      startup: kplus.Probe.fromHttpGet('/started'), readiness: kplus.Probe.fromHttpGet('/ready'), liveness: kplus.Probe.fromHttpGet('/alive'),
      resources: { cpu: { request: kplus.Cpu.millis(250), limit: kplus.Cpu.millis(1000) }, memory: { request: Cdk8sSize.mebibytes(512), limit: Cdk8sSize.mebibytes(512) } },
      securityContext: { user: 10001, group: 10001, ensureNonRoot: true, readOnlyRootFilesystem: true },
    });
    container.mount('/etc/web', kplus.Volume.fromConfigMap(chart, `volume-${i}`, config));
    deployment.exposeViaService();
  }
  return app.synthYaml().length;
}

/** Each returns a function that does the work once and gives the number of characters written. */
export const VARIANTS = {
  'compose8s, both targets': (count: number) => () => charactersOf(emit([new Compose(), new Kubernetes()], count)),
  'compose8s, Kubernetes only': (count: number) => () => charactersOf(emit([new Kubernetes()], count)),
  'plain cdk8s-plus-28': (count: number) => () => cdk8sPlus(count),
  'js-yaml alone, the same documents': (count: number) => {
    const bodies = emit([new Compose(), new Kubernetes()], count).flatMap(({ rendering }) => rendering.documents.map(({ body }) => body));
    return () => bodies.reduce((sum, body) => sum + dump(body, { lineWidth: -1, noRefs: true }).length, 0);
  },
} as const;

export type Variant = keyof typeof VARIANTS;

function charactersOf(emissions: readonly Emission[]): number {
  return emissions.flatMap(({ files }) => [...files.values()]).reduce((sum, file) => sum + ('text' in file ? file.text.length : 0), 0);
}
