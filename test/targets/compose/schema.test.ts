import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

test('the schema of the Compose specification, which the types are made of, is the current one, as dclint has it', () => {
  const current = read(join(require.resolve('dclint/package.json'), '..', 'schemas', 'compose.schema.json'));
  expect(read(join(__dirname, '../../../lib/targets/compose/schema/compose-spec.json'))).toEqual(current);
});
