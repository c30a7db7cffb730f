import { checkSecrets, SecretsFolder, type Finding } from '../../core/secrets';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { describeSecrets, secretsFolder } from '../secrets-folder';
import { count, say, sayJson } from '../terminal';

/** Says what is wrong with the values, and nothing of what they are. */
export const secretsCheck: GraphCommand = {
  name: 'secrets check',
  describe: command => describeSecrets(command)
    .description('name the values that are missing, weak, shared, out of date or open to others')
    .option('--json', 'for programs: one object with all findings')
    .addHelpText('after', '\nEnds with 1 if there is a problem. A warning, marked !, may be meant so.'),
  examples: ['npx compose8s secrets check shop/prod', 'npx compose8s secrets check shop/prod --json'],
  run(project, call) {
    const graph = project.graph(String(call.args[0]));
    const folder = secretsFolder(graph.stack, call);
    const others = project.others(graph.stack)
      .map(other => ({ graph: other, folder: SecretsFolder.inProject(process.cwd(), other.stack.node.path) }));
    const findings = checkSecrets({ graph, folder }, others);
    const problems = findings.filter(({ level }) => level === 'problem');
    const stack = graph.stack.node.path;
    if (call.options.json) sayJson({ stack, folder: folder.path, ok: problems.length === 0, findings });
    else say(text(stack, findings, problems.length));
    return problems.length > 0 ? EXIT.problems : EXIT.ok;
  },
};

function text(stack: string, findings: readonly Finding[], problems: number): string {
  const ending = findings.length === 0 ? `✔ the secrets of ${stack}: nothing is missing or weak` : `${stack}: ${count(problems, 'problem')}, ${count(findings.length - problems, 'warning')}`;
  return [...findings.map(({ level, what, at, fix }) => `${level === 'problem' ? '✖' : '!'} ${what}\n  at ${at}\n  fix: ${fix}\n`), `${ending}\n`].join('\n');
}
