import { initSecrets, type InitReport, type SecretsFolder } from '../../core/secrets';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { describeSecrets, secretsFolder } from '../secrets-folder';
import { complain, say } from '../terminal';

/** Makes what is missing; says by name what people have to give. */
export const secretsInit: GraphCommand = {
  name: 'secrets init',
  describe: command => describeSecrets(command)
    .description('make the values that are missing; whatever is there stays as it is, and is never shown')
    .addHelpText('after', '\nEnds with 1 as long as a value is missing that somebody has to give.'),
  examples: ['npx compose8s secrets init shop/dev', 'npx compose8s secrets init shop/prod --secrets-dir /srv/shop/secrets'],
  run(project, call) {
    const graph = project.graph(String(call.args[0]));
    const folder = secretsFolder(graph.stack, call);
    const report = initSecrets(graph, folder);
    say(summary(report, folder));
    complain(remainder(report, folder));
    return report.missing.length > 0 || report.wrongModes.length > 0 ? EXIT.problems : EXIT.ok;
  },
};

export function summary({ made, kept, environment }: InitReport, folder: SecretsFolder): string {
  return [
    ...made.map(path => `✔ made ${folder.display(path)}`),
    ...(kept.length > 0 ? [`${kept.length} ${kept.length === 1 ? 'value was' : 'values were'} there already, and ${kept.length === 1 ? 'is' : 'are'} as before`] : []),
    `${folder.display('.env')}, which Compose reads, ${environment === 'written' ? 'was derived anew' : 'is up to date'}`,
    '',
  ].join('\n');
}

export function remainder({ missing, wrongModes }: InitReport, folder: SecretsFolder): string {
  const lines = wrongModes.flatMap(({ path, wanted }) => [`✖ other users of this host can get at ${path}`, `  fix: chmod ${wanted.toString(8).padStart(4, '0')} ${path}`]);
  if (missing.length > 0) {
    lines.push(
      '', missing.length === 1 ? 'One value is missing, which you have to give:' : `${missing.length} values are missing, which you have to give:`,
      ...missing.map(({ path, hint }) => `✖ ${folder.display(path)}\n  ${hint}`),
      '', 'Put each into its file with an editor; or so, which leaves no trace in the history of the shell:',
      `  cat > ${folder.display(missing[0]!.path)}`,
      'then paste the value, press Enter and Ctrl-D. When all are there, run this command again.',
    );
  }
  return lines.map(line => `${line}\n`).join('');
}
