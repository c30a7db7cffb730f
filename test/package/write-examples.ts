/** Makes a test file of each example in the documentation of the test kit, in the folder that is named. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { docExamples } from '../support/doc-examples';

const folder = process.argv[2]!;
for (const { name, code } of docExamples(join(__dirname, '../../lib/testing'))) writeFileSync(join(folder, `${name.replace(/\W+/g, '-')}.test.ts`), code);
