import type { GraphCommand } from '../command';
import { engineOf } from '../engines';
import { EXIT } from '../errors';
import { say } from '../terminal';

/** Stops what `up` started. */
export const down: GraphCommand = {
  name: 'down',
  describe: command => command
    .description('stop a stack and remove its containers, or its objects in the cluster; volumes stay')
    .argument('<system/environment>', 'the stack')
    .option('--target <name>', 'compose, or kubernetes: the cluster of the current context (default: the first of the stack\'s targets)')
    .option('--volumes', 'delete the volumes too, and all data in them')
    .addHelpText('after', '\nIn a cluster the namespace and its Secrets stay as well. Values of secrets on this machine always do.'),
  examples: ['npx compose8s down shop/dev', 'npx compose8s down shop/dev --volumes'],
  async run(project, call) {
    const { stack } = project.graph(String(call.args[0]));
    const { engine } = engineOf(stack, call);
    const volumes = call.options.volumes === true;
    engine.sayWhere?.();
    await engine.down(stack, { volumes });
    say(`✔ ${stack.node.path} is down${volumes ? ', and its volumes are gone' : '; its volumes are as they were'}\n`);
    return EXIT.ok;
  },
};
