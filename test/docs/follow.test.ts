import { afterAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cleanUp, temporaryFolder } from '../support/secrets';
import { ROOT } from './blocks';

afterAll(cleanUp);

const block = (language: string, text: string, comment = '') => `${comment}\n\`\`\`${language}\n${text}\n\`\`\`\n\n`;
const LEFT_OUT = '<!-- docker -->';

/** Follows a page, and answers how that ended. */
function follow(...blocks: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'page.md'), `# Page\n\n${blocks.join('')}`);
  const { status, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', join(__dirname, 'follow.ts'), relative(ROOT, join(folder, 'page.md')), folder], { cwd: ROOT, encoding: 'utf8' });
  return { status, stderr };
}

test.each([
  { name: 'what a command printed', blocks: [block('sh', 'echo "hello  world"'), block('text', 'hello world')], says: '' },
  { name: 'what a command that was left out would print', blocks: [block('sh', 'echo hello', LEFT_OUT), block('text', 'hello')], says: '' },
  { name: 'what a command did not print', blocks: [block('sh', 'echo bye'), block('text', 'hello')], says: "'hello' was not printed, but:\nbye" },
  { name: 'what a command that is silent did not print', blocks: [block('sh', 'true'), block('text', 'hello')], says: "'hello' was not printed, but:" },
  { name: 'a command that fails', blocks: [block('sh', 'false')], says: 'it ended with 1' },
])('a page that shows $name', ({ blocks, says }) => {
  expect(follow(...blocks)).toEqual({ status: says === '' ? 0 : 1, stderr: says === '' ? '' : expect.stringContaining(says) });
});
