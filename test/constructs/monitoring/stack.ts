import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HealthProbes } from '../../../constructs';
import { App, Compose, Image, printProblems, synthesize } from '../../../lib';
import { initSecrets } from '../../../lib/core/secrets';
import { SecretsFolder } from '../../../lib/core/secrets/folder';
import { panelsOf } from './panels';
import { Observed } from './system';

/*
 * Writes the stack that real-stack.sh runs: stack.ts FOLDER
 * Its application is an exporter, which answers at /metrics as any does. Without Grafana's, Loki's and Jaeger's images.
 */
const [folder = ''] = process.argv.slice(2);
const app = new App();
const stack = new Observed(app, 'prod', {
  targets: [new Compose()], isComplete: false,
  web: {
    image: Image.registry('prom/node-exporter:v1.12.0', { user: { uid: 65534, gid: 65534 }, tools: ['wget'] }),
    args: ['--web.listen-address=:8081', '--collector.disable-defaults', '--collector.time'],
    probes: HealthProbes.http({ ready: '/' }), env: {}, replicas: 2,
  },
});
const { emissions, problems } = synthesize(app);
if (problems.length > 0) throw new Error(printProblems(problems));
for (const [path, file] of emissions[0]!.files) {
  if (!('text' in file)) continue;
  const place = join(folder, 'compose', path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, file.text);
  chmodSync(place, file.executable ? 0o755 : 0o644);
}
writeFileSync(join(folder, 'panels'), panelsOf(emissions[0]!.files).map(({ dashboard, title, query }) => `${dashboard}: ${title}\t${query}\n`).join(''));
for (const key of ['email-1', 'webhook-2']) {
  mkdirSync(join(folder, 'secrets', 'monitoring-alertmanager-receivers'), { recursive: true });
  writeFileSync(join(folder, 'secrets', 'monitoring-alertmanager-receivers', key), 'http://127.0.0.1:1/nobody\n');
}
const { missing } = initSecrets(stack.graph(), SecretsFolder.at(join(folder, 'secrets')));
if (missing.length > 0) throw new Error(JSON.stringify(missing));
