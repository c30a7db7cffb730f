import { expect, test } from '@jest/globals';
import { run } from './support/shell';
import { PROJECT } from './support/emission';

test('the tutorial works as it is written, from the packed package in an empty folder, with every container that it starts', async () => {
  const { code, stdout, stderr } = await run('test/docs/tutorial.sh', ['docker'], { cwd: PROJECT, env: { COMPOSE_PROGRESS: 'plain' } });
  expect({ code, stderr: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, stderr: '' });
}, 15 * 60_000);
