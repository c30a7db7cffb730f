import { Option } from 'commander';
import { groupNotes, outcomeOf, printParity } from '../../core/parity';
import { PARITY_WORDS } from '../../core/parity-words';
import { SynthesisError, type Emission } from '../../core/synthesis';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { describeSelection, selectionOf } from '../selection';
import { say, sayJson, table } from '../terminal';

interface Of { readonly stack: string; readonly emissions: readonly Emission[] }

/** What each target says differently: the report that also lies beside the output. */
export const parity: GraphCommand = {
  name: 'parity',
  describe: command => describeSelection(command)
    .description('what each target approximates or leaves out; all else means the same on each')
    .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json', 'markdown']).default('table'))
    .addOption(new Option('--json', 'for programs: the same as --format json').conflicts('format'))
    .addHelpText('after', `
Of each field that a target does not carry over exactly it says how, and in brackets whether that was decided upon:
${Object.entries(PARITY_WORDS).map(([word, meaning]) => `  ${word.padEnd(13)} ${meaning}`).join('\n')}

The same lies beside the output, as PARITY.md and parity.json.`),
  examples: ['npx compose8s parity shop/prod', 'npx compose8s parity shop/prod --json', 'npx compose8s parity --target compose --format markdown'],
  run(project, call) {
    const { stacks, keep } = selectionOf(project, call);
    const { emissions, problems } = project.synthesize(keep);
    if (problems.length > 0) throw new SynthesisError(problems);
    const all = stacks.map(({ node }): Of => ({ stack: node.path, emissions: emissions.filter(({ graph }) => graph.stack.node === node) }));
    PRINT[call.options.json ? 'json' : call.options.format as keyof typeof PRINT](all);
    return EXIT.ok;
  },
};

const PRINT = {
  json: (all: readonly Of[]) => sayJson(all.map(({ stack, emissions }) => ({ stack, targets: emissions.map(({ target }) => target.name), notes: notesOf(emissions) }))),
  markdown: (all: readonly Of[]) => say(all.map(({ stack, emissions }) => printParity(stack, emissions.map(({ target }) => target.name), notesOf(emissions))).join('\n')),
  table: (all: readonly Of[]) => say(all.map(({ stack, emissions }) => `${stack}\n${emissions.map(({ target, rendering }) => tableOf(stack, target.name, rendering.notes)).join('')}`).join('\n')),
} as const;

function notesOf(emissions: readonly Emission[]): Emission['rendering']['notes'] {
  return emissions.flatMap(({ rendering }) => rendering.notes);
}

/** What it means stands on a line of its own: it is longer than a column should be. */
function tableOf(stack: string, target: string, notes: Emission['rendering']['notes']): string {
  const groups = groupNotes(stack, notes);
  if (groups.length === 0) return `  ✔ ${target}: everything is expressed\n`;
  const lines = table(['target', 'outcome', 'field', 'of'], groups.map(group => [target, outcomeOf(group), group.field, group.constructs.join(', ')])).trimEnd().split('\n');
  return lines.map((line, i) => `  ${line}\n${i > 0 ? `      ${groups[i - 1]!.what}\n` : ''}`).join('');
}
