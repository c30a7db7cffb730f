import { describe, expect, test } from '@jest/globals';
import { pages } from './blocks';
import { WITH_ENGINE, WITHOUT_ENGINE } from './howto';
import { describeHowTo, firstLine, shellBlocksOf } from './howto/page';

/** What runs the commands of pages that are no tasks. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'docs/tutorial.md': 'test/docs/tutorial.sh',
  'CONTRIBUTING.md': '.ci/run',
};

describe('the commands of the how-to pages', () => {
  test.each(pages().filter(page => !(page in ELSEWHERE)))('each block of %s is run, or it is said why not', page => {
    const known = [...WITHOUT_ENGINE, ...WITH_ENGINE].find(howTo => howTo.page === page)?.blocks ?? {};
    expect(Object.keys(known)).toEqual(shellBlocksOf(page).map(firstLine));
  });

  for (const howTo of WITHOUT_ENGINE) describeHowTo(howTo);
});
