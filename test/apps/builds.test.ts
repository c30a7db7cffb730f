import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { systems } from '../../apps';
import { App, synthesize, type ComposeFile } from '../../lib';
import { textOf } from '../support/stacks';

const app = new App();
systems(app);
const emissions = synthesize(app).emissions.filter(({ target }) => target.name === 'compose').map(emission => ({ path: emission.graph.stack.node.path, emission }));

/** The images that a command of the guide builds. */
function builtBy(command: string, services: NonNullable<ComposeFile['services']>): string[] {
  const [, tasks, rest] = /^docker compose (--profile tasks )?(build|up --build)\b/.exec(command) ?? [];
  if (rest === undefined) return [];
  return Object.values(services).flatMap(({ image, build, profiles }) => (build !== undefined && (tasks !== undefined || profiles === undefined) ? image ?? [] : []));
}

describe.each(emissions)('the guide of $path on Compose', ({ emission: { files } }) => {
  const guide = textOf(files, 'OPERATIONS.md');
  const { services = {} } = load(textOf(files, files.has('services.yaml') ? 'services.yaml' : 'compose.yaml')) as ComposeFile;

  test('builds the image of whatever it runs by hand before it does so', () => {
    const ours = new Set(Object.values(services).flatMap(({ image, build }) => (build === undefined ? [] : image ?? [])));
    const there = new Set<string>();
    const tooEarly: string[] = [];
    for (const [command, name] of guide.matchAll(/docker compose (?:run --rm (?:-T )?([\w-]+)|.*)/g)) {
      for (const image of builtBy(command, services)) there.add(image);
      const image = name === undefined ? undefined : services[name]!.image!;
      if (image !== undefined && ours.has(image) && !there.has(image)) tooEarly.push(command);
    }
    expect(there.size > 0).toBe(ours.size > 0);
    expect(tooEarly).toEqual([]);
  });
});

test('some of what the guides run by hand is built here', () => {
  expect(emissions.filter(({ emission: { files } }) => /docker compose run --rm collect$/m.test(textOf(files, 'OPERATIONS.md'))).map(({ path }) => path)).toHaveLength(5);
});
