import { describe, expect, test } from '@jest/globals';
import type { IConstruct } from 'constructs';
import { Aspects, reportProblem, Size, Stack, synthesize, Workload, type App, type Aspect } from '../../lib';
import { problemsOf, service, shop, textOf } from '../support/stacks';

const visiting = (visited: string[], name = ''): Aspect => ({ visit: construct => visited.push(`${name}${construct.node.path}`) });
const two = () => shop(stack => { service(stack, 'web'); service(stack, 'api'); });
const child = (app: App, path: string) => app.node.findAll().find(({ node }) => node.path === path) as IConstruct;

describe('an aspect', () => {
  test('visits its scope and all below it, each once, from the outside in', () => {
    const visited: string[] = [];
    const app = two();
    Aspects.of(app).add(visiting(visited));
    synthesize(app);
    expect(visited).toEqual(['', 'shop', 'shop/dev', 'shop/dev/web', 'shop/dev/api']);
  });

  test('does not visit again, however often the tree is looked at', () => {
    const visited: string[] = [];
    const app = two();
    Aspects.of(app).add(visiting(visited));
    (child(app, 'shop/dev') as Stack).graph();
    synthesize(app);
    synthesize(app);
    expect(visited).toHaveLength(5);
  });

  test('of a construct leaves the others alone', () => {
    const visited: string[] = [];
    const app = two();
    Aspects.of(child(app, 'shop/dev/api')).add(visiting(visited));
    synthesize(app);
    expect(visited).toEqual(['shop/dev/api']);
  });

  test('further out comes first; those of one scope in the order in which they were added', () => {
    const visited: string[] = [];
    const app = two();
    Aspects.of(child(app, 'shop/dev/web')).add(visiting(visited, 'inner '));
    Aspects.of(app).add(visiting(visited, 'first '), visiting(visited, 'second '));
    synthesize(app);
    expect(visited.filter(visit => visit.endsWith('web'))).toEqual(['first shop/dev/web', 'second shop/dev/web', 'inner shop/dev/web']);
  });

  test('may change what is asked for, before anything is checked or rendered', () => {
    const app = shop(stack => { service(stack, 'web', { user: { uid: 0, gid: 0 } }); });
    Aspects.of(app).add({ visit: construct => { if (construct instanceof Workload) construct.spec.user = { uid: 4242, gid: 4242 }; } });
    const { emissions, problems } = synthesize(app);
    expect(problems).toEqual([]);
    expect(textOf(emissions[0]!.files, 'compose.yaml')).toContain('user: 4242:4242');
  });

  test('may report a problem, which stops synthesis with the others', () => {
    const app = shop(stack => { service(stack, 'web'); service(stack, 'api', { probes: undefined }); });
    Aspects.of(app).add({
      visit: construct => {
        if (construct instanceof Workload && construct.spec.image.build === undefined) reportProblem(construct, { code: 'own-images', what: 'its image is not ours', fix: 'build it' });
      },
    });
    expect(problemsOf(app).match(/✖ .*/g)).toEqual(['✖ its image is not ours', '✖ its image is not ours', '✖ nothing tells whether it is healthy']);
  });

  test('that fails is a problem where it fails, and the others go on', () => {
    const app = two();
    const visited: string[] = [];
    const fails = (error: unknown): Aspect => ({ visit: ({ node }) => { if (node.path.startsWith('shop/dev/')) throw error; } });
    Aspects.of(app).add(fails(new TypeError('no such spec')), visiting(visited));
    Aspects.of(child(app, 'shop/dev/api')).add({ visit: () => void Size.of('12 apples' as '1Gi') }, fails('a word'));
    const problems = problemsOf(app);
    expect(problems).toMatch(/^✖ an aspect failed here: TypeError: no such spec\n {2}at shop\/dev\/web\n {2}fix: mend the aspect: .*aspects\.test\.ts:\d+:\d+\n/);
    expect(problems.slice(problems.indexOf('\n\n') + 2)).toBe([
      "✖ an aspect failed here: '12 apples' is not a size\n  at shop/dev/api\n  fix: write a positive number with its unit, such as 512Mi, 2Gi or 40GB\n",
      '✖ an aspect failed here: a word\n  at shop/dev/api\n  fix: mend the aspect\n',
    ].join('\n'));
    expect(visited).toHaveLength(5);
  });
});
