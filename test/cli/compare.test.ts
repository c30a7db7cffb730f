import { afterEach, describe, expect, test } from '@jest/globals';
import { App, Compose, Stack, Workload } from '../../lib';
import { service } from '../support/stacks';
import { compose8s } from './run-command';

afterEach(() => { process.exitCode = undefined; });

function site(): App {
  const app = new App();
  for (const [environment, replicas] of [['stage', 2], ['prod', 1]] as const) {
    const stack = new Stack(app, 'site', environment, { targets: [new Compose({ host: environment })] });
    service(stack, 'web', { runs: Workload.service({ replicas }), internet: environment === 'prod' });
    service(stack, environment === 'prod' ? 'backup' : 'test-data');
  }
  return app;
}

describe('compare', () => {
  test('says where the first is weaker, and ends with 5', async () => {
    expect(await compose8s('compare site/prod site/stage', site)).toEqual({
      code: 5, stderr: '',
      stdout: `✖ web:runs.replicas: 1, and 2 in site/stage
  at site/prod/web
  while it is away, nobody answers in its place

✖ web:internet: yes, and no in site/stage
  at site/prod/web
  who takes it over can send out what it knows

only in site/prod: backup
only in site/stage: test-data
site/prod is weaker than site/stage in 2 places
`,
    });
  });

  test('ends with 0 where it is not', async () => {
    expect(await compose8s('compare site/stage site/prod', site)).toEqual({ code: 0, stderr: '', stdout: 'only in site/stage: test-data\nonly in site/prod: backup\n✔ site/stage is nowhere weaker than site/prod\n' });
  });

  test('leaves out what is meant so, and refuses an exception that meets nothing', async () => {
    expect(await compose8s('compare site/prod site/stage --except web:runs.replicas web:internet', site)).toMatchObject({ code: 0 });
    const { code, stdout } = await compose8s('compare site/stage site/prod --except web:internet', site);
    expect([code, stdout]).toEqual([5, expect.stringContaining('✖ web:internet: nothing is weaker there\n  fix: leave it out of --except\n')]);
  });

  test('is an object for programs', async () => {
    const { code, stdout } = await compose8s('compare site/prod site/stage --except web:internet --json', site);
    expect([code, JSON.parse(stdout)]).toEqual([5, {
      stack: 'site/prod', reference: 'site/stage', ok: false,
      weaknesses: [{ at: 'site/prod/web', id: 'web:runs.replicas', here: '1', there: '2', why: 'while it is away, nobody answers in its place' }],
      onlyHere: ['backup'], onlyThere: ['test-data'], unmet: [],
    }]);
  });

  test('names the nearest where a stack is not there', async () => {
    expect(await compose8s('compare site/prod site/stag', site)).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('did you mean site/stage') });
  });
});
