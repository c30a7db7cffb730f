import { secretManifests } from '../../core/secrets';
import { SynthesisError } from '../../core/synthesis';
import { yaml } from '../../core/yaml';
import type { GraphCommand } from '../command';
import { EXIT, Misuse } from '../errors';
import { describeSecrets, secretsFolder } from '../secrets-folder';

/** The only command that shows values: it is made to be piped into what takes them. */
export const secretsKubernetes: GraphCommand = {
  name: 'secrets kubernetes',
  describe: command => describeSecrets(command)
    .description('print the Secrets of a stack as manifests, with their values, for a program to read')
    .addHelpText('after', '\nWithout --server-side, kubectl keeps a copy of the values in an annotation.'),
  examples: [
    'npx compose8s secrets kubernetes shop/prod | kubectl apply --server-side -f -',
    'npx compose8s secrets kubernetes shop/prod | kubeseal --format yaml > sealed-secrets.yaml',
    "npx compose8s secrets kubernetes shop/prod | sops encrypt --input-type yaml --output-type yaml --encrypted-regex '^data$' /dev/stdin > secrets.enc.yaml",
  ],
  run(project, call) {
    const graph = project.graph(String(call.args[0]));
    if (!graph.stack.targets.some(({ manifests }) => manifests)) throw new Misuse(`${graph.stack.node.path} has no target that makes Kubernetes manifests`, 'add one to it: targets: [new Kubernetes()]');
    const { manifests, problems } = secretManifests(graph, secretsFolder(graph.stack, call));
    if (problems.length > 0) throw new SynthesisError(problems);
    process.stdout.write(yaml(...manifests));
    return EXIT.ok;
  },
};
