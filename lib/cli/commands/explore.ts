import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { explorer } from '../../core/diagram';
import { makeFolder } from '../../core/folders';
import { SynthesisError } from '../../core/synthesis';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { say } from '../terminal';

/** A page to look around in. */
export const explore: GraphCommand = {
  name: 'explore',
  describe: command => command
    .description('make one HTML page of a stack: its picture, and what each construct becomes on each target, side by side')
    .argument('[stack]', 'system/environment; not needed where there is one only')
    .option('--output <file>', 'where to write it (default: explorer.html in the folder of the stack\'s output)')
    .addHelpText('after', '\nPrints the address of the page, for a browser: it needs no server and no network.'),
  examples: ['npx compose8s explore shop/prod', 'npx compose8s explore shop/prod --output shop.html'],
  run(project, { args: [reference], options }) {
    const { stack } = project.graph((reference as string | undefined) ?? project.only());
    const { graphs, emissions, problems } = project.synthesize(other => other === stack);
    if (problems.length > 0) throw new SynthesisError(problems);
    const path = resolve((options.output as string | undefined) ?? join(project.outdir, stack.node.path, 'explorer.html'));
    makeFolder(dirname(path));
    writeFileSync(path, explorer(graphs[0]!, emissions));
    say(`✔ ${pathToFileURL(path).href}\n`);
    return EXIT.ok;
  },
};
