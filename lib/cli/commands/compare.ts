import { compare as comparisonOf, type Comparison } from '../../core/compare';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { count, say, sayJson } from '../terminal';

/** Where one environment is weaker than another: production than the stage that it was tried on. */
export const compare: GraphCommand = {
  name: 'compare',
  describe: command => command
    .description('where a stack is weaker than another: limits, replicas, probes, hardening, exposure, backups, monitoring')
    .argument('<stack>', 'system/environment: the one that should nowhere be weaker')
    .argument('<reference>', 'system/environment: the one that it is compared with')
    .option('--except <name:field...>', 'weaknesses that are meant so, as they are printed: api:runs.replicas')
    .option('--json', 'for programs: one object with all weaknesses')
    .addHelpText('after', `
Constructs of one name are compared. More than the other has is no weakness, nor is another image or another setting of
the program. What is only in one of them is named, and not compared.

Ends with 0 if the stack is nowhere weaker, 5 if it is, or if nothing is weaker where an exception says so.`),
  examples: ['npx compose8s compare shop/prod shop/stage', 'npx compose8s compare shop/prod shop/stage --except worker:runs.replicas', 'npx compose8s compare shop/prod shop/stage --json'],
  run(project, { args, options }) {
    const [stack, reference] = args as readonly [string, string];
    const comparison = comparisonOf(project.graph(stack), project.graph(reference), { except: options.except as string[] | undefined });
    const ok = comparison.weaknesses.length === 0 && comparison.unmet.length === 0;
    if (options.json) sayJson({ stack, reference, ok, ...comparison });
    else say(textOf(comparison, stack, reference));
    return ok ? EXIT.ok : EXIT.weaker;
  },
};

function textOf({ weaknesses, onlyHere, onlyThere, unmet }: Comparison, stack: string, reference: string): string {
  return [
    ...weaknesses.map(({ at, id, here, there, why }) => `✖ ${id}: ${here}, and ${there} in ${reference}\n  at ${at}\n  ${why}\n`),
    ...unmet.map(id => `✖ ${id}: nothing is weaker there\n  fix: leave it out of --except\n`),
    [
      ...(onlyHere.length > 0 ? [`only in ${stack}: ${onlyHere.join(', ')}\n`] : []),
      ...(onlyThere.length > 0 ? [`only in ${reference}: ${onlyThere.join(', ')}\n`] : []),
      weaknesses.length > 0 ? `${stack} is weaker than ${reference} in ${count(weaknesses.length, 'place')}\n` : `✔ ${stack} is nowhere weaker than ${reference}\n`,
    ].join(''),
  ].join('\n');
}
