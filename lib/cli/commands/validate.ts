import { printProblems, strict } from '../../core/synthesis';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { describeSelection, selectionOf } from '../selection';
import { complain, count, say, sayJson } from '../terminal';

/** Finds all that synthesis would find, and leaves the output as it is. */
export const validate: GraphCommand = {
  name: 'validate',
  describe: command => describeSelection(command)
    .description('check every stack on each of its targets; nothing is written')
    .option('--strict', 'what a target does not express exactly is an error, unless it holds of every system, or the stack accepts it: see parity')
    .option('--json', 'for programs: one object with all problems'),
  examples: ['npx compose8s validate', 'npx compose8s validate shop/prod --strict', 'npx compose8s validate --json'],
  run(project, call) {
    const { keep } = selectionOf(project, call);
    const { graphs, emissions, problems: found, notes } = project.synthesize(keep);
    const problems = [...found, ...(call.options.strict ? strict(notes) : [])];
    if (call.options.json) sayJson({ ok: problems.length === 0, stacks: graphs.map(({ stack }) => stack.node.path), problems });
    else if (problems.length > 0) complain(`${printProblems(problems)}\n${count(problems.length, 'problem')}\n`);
    else say(`✔ ${count(graphs.length, 'stack')}, emitted ${count(emissions.length, 'time')}: no problem\n`);
    return problems.length > 0 ? EXIT.problems : EXIT.ok;
  },
};
