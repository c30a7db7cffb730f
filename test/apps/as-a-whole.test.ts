/** What each system becomes, to be read as it is, and so that nothing changes unseen: in `__snapshots__`, by stack and target. */
import { expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systems } from '../../apps';
import { App, Stack } from '../../lib';
import { Template } from 'compose8s/testing';
import { printResources } from '../../lib/testing/snapshot';
import { expectKept } from '../support/kept-files';

const SNAPSHOTS = join(__dirname, '__snapshots__');

const app = new App();
systems(app);

/** These are made as production is, or as each other, and have tests of their own. */
const isAnother = (environment: string) => ['stage', 'observed'].includes(environment) || environment.endsWith('-scan');
const STACKS = app.node.findAll().filter(Stack.isStack).filter(({ environment }) => !isAnother(environment));

test.each(STACKS.map(stack => ({ path: stack.node.path, stack })))('$path', ({ path, stack }) => {
  const templates = stack.targets.map(target => Template.of(stack, target));
  expectKept(join(SNAPSHOTS, path), Object.fromEntries(templates.flatMap(template => [...resourcesOf(template), ...textsOf(template)])));
});

test('nothing is left of stacks that are no more', () => {
  const kept = readdirSync(SNAPSHOTS, { withFileTypes: true }).filter(entry => entry.isDirectory()).flatMap(({ name }) => readdirSync(join(SNAPSHOTS, name)).map(environment => `${name}/${environment}`));
  expect(kept.sort()).toEqual(STACKS.map(({ node }) => node.path).sort());
});

/** Monitoring is as large as all that it watches, and so a file of its own. */
function resourcesOf(template: Template): [path: string, text: string][] {
  const { resources, emission: { graph: { stack }, target } } = template;
  const watches = ({ at }: { readonly at: string }) => at.startsWith(`${stack.node.path}/monitoring`);
  const parts = { [target.name]: resources.filter(resource => !watches(resource)), [`${target.name}-monitoring`]: resources.filter(watches) };
  return Object.entries(parts).flatMap(([name, part]) => (part.length === 0 ? [] : [[`${name}.yaml`, `${printResources(template, part)}\n`]]));
}

/** What follows from the program of a system, once. Scripts, rules and dashboards come with the library, and have tests there. */
function textsOf(template: Template): [path: string, text: string][] {
  const { graph: { stack: { environment } }, target } = template.emission;
  if (environment !== 'prod' || target.name !== 'compose') return [];
  return template.files.filter(path => /^\.env\.example$|Dockerfile$|\/(nginx|site)\.conf$/.test(path)).map(path => [path, template.file(path)]);
}
