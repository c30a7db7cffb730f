import { resolve } from 'node:path';
import { initSecrets, keptSecrets, type HeldSecrets } from '../../core/secrets';
import { SynthesisError } from '../../core/synthesis';
import type { GraphCommand } from '../command';
import { engineOf } from '../engines';
import { EXIT } from '../errors';
import { describeSecrets, secretsFolder } from '../secrets-folder';
import { complain, say } from '../terminal';
import { remainder, summary } from './secrets-init';

const NOTHING_HELD: HeldSecrets = new Map();

/** From nothing to running. */
export const up: GraphCommand = {
  name: 'up',
  describe: command => describeSecrets(command)
    .description('synthesize, make missing secrets, and start the stack: docker compose up, or kubectl apply')
    .option('--target <name>', 'compose, or kubernetes: the cluster of the current context (default: the first of the stack\'s targets)')
    .addHelpText('after', `
Ends when the work of the release is done and all is healthy, and prints where to look. Run it again after any change: what
is as it should be goes on running. Services that the stack no longer has are removed; volumes never are. A Secret that the
cluster has, and of which there is no value here, stays as it is.`),
  examples: ['npx compose8s up shop/dev', 'npx compose8s up shop/prod --target kubernetes'],
  async run(project, call) {
    const graph = project.graph(String(call.args[0]));
    const { target, engine } = engineOf(graph.stack, call);
    const { rendering: { documents } } = project.emission(graph.stack, target);
    project.synth({ keep: (stack, on) => stack === graph.stack && (!on || on === target) });
    if (process.exitCode) return Number(process.exitCode);
    const secrets = secretsFolder(graph.stack, call);
    engine.sayWhere?.();
    const { kept, problems } = keptSecrets(graph, secrets, () => engine.held?.(graph.stack) ?? NOTHING_HELD);
    if (problems.length > 0) throw new SynthesisError(problems);
    for (const name of kept) complain(`! the cluster's own ${name} is kept: ${secrets.display()} has no value of it\n`);
    if (graph.secrets.length > kept.size) {
      const report = initSecrets(graph, secrets, kept, { builds: engine.builds });
      say(summary(report, secrets));
      complain(remainder(report, secrets));
      if (report.missing.length > 0) return EXIT.problems;
    }
    const folder = resolve(project.outdir, graph.stack.node.path, target.name);
    const addresses = await engine.up({ graph, target, documents, folder, secrets, kept });
    say(`✔ ${graph.stack.node.path} is up\n${addresses.map(address => `  → ${address}\n`).join('')}`);
    return EXIT.ok;
  },
};
