import { expect, test } from '@jest/globals';
import { nearest } from '../../lib/core/nearest';

const names = ['cedrus/dev', 'cedrus/prod', 'guardian/prod', 'catalyst/dev'];

test.each([
  ['a letter missing', 'cedrus/prd', ['cedrus/prod', 'cedrus/dev']],
  ['two letters swapped', 'cedrus/rpod', ['cedrus/prod']],
  ['only the environment', 'prod', ['cedrus/prod', 'guardian/prod']],
  ['another case', 'Cedrus/Dev', ['cedrus/dev']],
  ['nothing like any', 'something-else', []],
  ['a short word, all of whose letters differ', 'db', []],
])('%s', (_name, word, expected) => expect(nearest(word, names).slice(0, 2)).toEqual(expected));

test.each([['x', ['a', 'b'], []], ['ab', ['cd', 'a', 'b'], ['a', 'b']], ['a', ['a/dev', 'b/dev'], ['a/dev']], ['', ['a'], []]])('of a short word something is left: %s', (word, others, expected) => expect(nearest(word, others)).toEqual(expected));
