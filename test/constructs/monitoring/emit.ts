import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Compose, Kubernetes, printProblems, synthesize } from '../../../lib';
import { unitTests } from './rule-cases';
import { Observed } from './system';

/*
 * Writes what real-prometheus.sh checks: emit.ts FOLDER
 */
const [folder = ''] = process.argv.slice(2);
const app = new App();
const stack = new Observed(app, 'prod', { targets: [new Compose(), new Kubernetes()] });
const { emissions, problems } = synthesize(app);
if (problems.length > 0) throw new Error(printProblems(problems));
for (const { target, files } of emissions) {
  for (const [path, file] of files) {
    if (!('text' in file)) continue;
    mkdirSync(dirname(join(folder, target.name, path)), { recursive: true });
    writeFileSync(join(folder, target.name, path), file.text);
  }
}
writeFileSync(join(folder, 'rule-tests.yml'), unitTests(stack.monitoring.prometheus.rules, 'compose/config/monitoring-prometheus-config/rules.yml'));
