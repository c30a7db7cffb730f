import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Compose, Kubernetes, printProblems, synthesize } from '../../../lib';
import { panelsOf } from './panels';
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
// Each panel's query as a recording rule: promtool reads those. JSON is YAML.
const rules = panelsOf(emissions[0]!.files).map(({ dashboard, query }, i) => ({ record: `panel:${dashboard}:${i}`, expr: query }));
writeFileSync(join(folder, 'panels.yml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }, null, 1));
writeFileSync(join(folder, 'rule-tests.yml'), unitTests(stack.monitoring.prometheus.rules, 'compose/config/monitoring-prometheus-config/rules.yml'));
