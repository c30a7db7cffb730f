import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { diff as diffOf, filesIn, gravest, IMPACTS, type Change } from '../../core/diff';
import { writtenIn } from '../../core/output';
import { SynthesisError, type Emission } from '../../core/synthesis';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { withRevision } from '../revision';
import { describeSelection, selectionOf } from '../selection';
import { count, say, sayJson } from '../terminal';

/** What would change, and what that does to what runs. */
export const diff: GraphCommand = {
  name: 'diff',
  describe: command => describeSelection(command)
    .description('what would change against the last output, by construct and by resource, and what that does to what runs')
    .option('--against <folder or revision>', 'an output folder, or a git revision, whose program is run with the packages of today (default: the output folder)')
    .option('--json', 'for programs: one object with all changes')
    .addHelpText('after', `
Each change is marked:
  in place      nothing that runs notices
  restart       new containers take over, a few at a time
  recreate      it is stopped, removed and made anew: an interruption
  data at risk  stored data may be lost, left behind, or seen by two at once

Ends with 0 if nothing would change, 3 if something would, 4 if data is at risk.`),
  examples: ['npx compose8s diff', 'npx compose8s diff shop/prod --against origin/main', 'npx compose8s diff --against /srv/shop/dist --json'],
  run(project, call) {
    const { against = project.outdir, app, json } = call.options as { readonly against?: string; readonly app?: string; readonly json?: boolean };
    const { keep, isPart } = selectionOf(project, call);
    const { emissions, problems } = project.synthesize(keep);
    if (problems.length > 0) throw new SynthesisError(problems);
    const isFolder = existsSync(against) && statSync(against).isDirectory();
    // Of some stacks only, nothing can be said about those that are gone.
    const known = isPart ? undefined : project.stacks.map(({ node }) => node.path);
    const changes = isFolder || call.options.against === undefined ? changesAgainst(resolve(against), emissions, known) : withRevision(against, app, folder => changesAgainst(folder, emissions, known));
    const impact = gravest(changes.map(change => change.impact));
    if (json) sayJson({ against, changed: changes.length > 0, impact: changes.length > 0 ? impact : null, changes });
    else say(textOf(changes, against));
    return changes.length === 0 ? EXIT.ok : impact === 'data at risk' ? EXIT.dataAtRisk : EXIT.changes;
  },
};

function changesAgainst(folder: string, emissions: readonly Emission[], known: readonly string[] | undefined): Change[] {
  return [
    ...emissions.flatMap(emission => diffOf(emission, filesIn(join(folder, emission.graph.stack.node.path, emission.target.name)))),
    ...(known ? targetsIn(folder).filter(({ stack }) => !known.includes(stack)).map(({ stack, target }) => goneStack(stack, target)) : []),
  ];
}

/** The stacks of a former synthesis, each on its targets. */
function targetsIn(folder: string): { readonly stack: string; readonly target: string }[] {
  const found = new Map(writtenIn(folder).flatMap(path => {
    const [system, environment, target, ...file] = path.split('/');
    return file.length > 0 ? [[`${system}/${environment}/${target}`, { stack: `${system}/${environment}`, target: target! }] as const] : [];
  }));
  return [...found.values()];
}

function goneStack(stack: string, target: string): Change {
  const why = ['the program makes no such stack any more: what runs of it goes on until somebody stops it, and so does its data'];
  return { construct: stack, target, kind: 'stack', name: stack, change: 'removed', impact: 'data at risk', why, fields: [] };
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

function textOf(changes: readonly Change[], against: string): string {
  if (changes.length === 0) return `✔ nothing would change against ${against}\n`;
  const constructs = grouped(changes);
  const blocks = constructs.sort(([a], [b]) => (a < b ? -1 : 1)).map(([construct, own]) => `${construct}\n${own.map(lineOf).join('')}`);
  const sums = IMPACTS.flatMap(impact => {
    const { length } = changes.filter(change => change.impact === impact);
    return length > 0 ? [`${length} ${impact}`] : [];
  });
  return `${blocks.join('\n')}\n${count(changes.length, 'change')} against ${against}: ${sums.join(', ')}\n`;
}

function grouped(changes: readonly Change[]): [string, Change[]][] {
  return [...new Set(changes.map(({ construct }) => construct))].map(construct => [construct, changes.filter(change => change.construct === construct)]);
}

function lineOf({ target, kind, name, change, impact, why, fields }: Change): string {
  return [
    `  ${SIGNS[change]} ${target} ${kind}/${name}: ${impact}\n`,
    ...why.map(reason => `      ${reason}\n`),
    ...(kind === 'files' ? [] : fields.map(({ path, before, after }) => `      ${path}: ${shown(before)} → ${shown(after)}\n`)),
  ].join('');
}

const LONGEST = 60;

function shown(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text).replaceAll('\n', '⏎');
}
