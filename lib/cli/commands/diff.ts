import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { diff as diffOf, filesIn, gravest, IMPACTS, type Change } from '../../core/diff';
import { LEDGER, writtenIn } from '../../core/output';
import type { Stack } from '../../core/stack';
import { SynthesisError, type Emission } from '../../core/synthesis';
import type { GraphCommand } from '../command';
import { EXIT } from '../errors';
import { withRevision } from '../revision';
import { describeSelection, selectionOf, type Selection } from '../selection';
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
    const selection = selectionOf(project, call);
    const { keep } = selection;
    const { emissions, problems } = project.synthesize(keep);
    if (problems.length > 0) throw new SynthesisError(problems);
    const changesIn = (folder: string) => [...changesAgainst(folder, emissions), ...goneFrom(folder, project.stacks, selection)];
    // A folder without it, of the sources perhaps, would be taken for a system of which nothing runs.
    const isOutput = call.options.against === undefined || existsSync(join(against, LEDGER));
    const changes = isOutput ? changesIn(resolve(against)) : withRevision(against, app, changesIn);
    const impact = gravest(changes.map(change => change.impact));
    if (json) sayJson({ against, changed: changes.length > 0, impact: changes.length > 0 ? impact : null, changes });
    else say(textOf(changes, against));
    return changes.length === 0 ? EXIT.ok : impact === 'data at risk' ? EXIT.dataAtRisk : EXIT.changes;
  },
};

function changesAgainst(folder: string, emissions: readonly Emission[]): Change[] {
  return emissions.flatMap(emission => diffOf(emission, filesIn(join(folder, emission.graph.stack.node.path, emission.target.name))));
}

/** What a former synthesis made for stacks and targets that are there no more. */
function goneFrom(folder: string, stacks: readonly Stack[], { keep, isPart }: Selection): Change[] {
  return writtenFor(folder).flatMap(({ path, target }): Change[] => {
    const stack = stacks.find(({ node }) => node.path === path);
    // Of some stacks only, nothing can be said about those that are gone.
    if (!stack) return isPart ? [] : [gone(path, target, 'stack', path, 'the program makes no such stack any more')];
    const isEmitted = stack.targets.some(({ name }) => name === target);
    return isEmitted || !keep(stack, { name: target }) ? [] : [gone(path, target, 'target', target, 'the stack has no such target any more')];
  });
}

/** The stacks of a former synthesis, each on its targets. */
function writtenFor(folder: string): { readonly path: string; readonly target: string }[] {
  const found = new Map(writtenIn(folder).flatMap(file => {
    const [system, environment, target, ...rest] = file.split('/');
    return rest.length > 0 ? [[`${system}/${environment}/${target}`, { path: `${system}/${environment}`, target: target! }] as const] : [];
  }));
  return [...found.values()];
}

function gone(construct: string, target: string, kind: string, name: string, what: string): Change {
  return { construct, target, kind, name, change: 'removed', impact: 'data at risk', why: [`${what}: what runs of it goes on until somebody stops it, and its data is used by nobody else`], fields: [] };
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

function lineOf({ target, kind, name, namespace, change, impact, why, fields }: Change): string {
  return [
    `  ${SIGNS[change]} ${target} ${kind}/${name}${namespace === undefined ? '' : ` in ${namespace}`}: ${impact}\n`,
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
