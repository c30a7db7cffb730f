import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface DocExample {
  /** The file, and the number of the example in it: `template.ts 2`. */
  readonly name: string;
  readonly code: string;
}

/** The code blocks in the doc comments of a folder's files. */
export function docExamples(folder: string): readonly DocExample[] {
  return readdirSync(folder).filter(file => file.endsWith('.ts')).sort().flatMap(file => {
    const blocks = [...readFileSync(join(folder, file), 'utf8').matchAll(/^( *) \* ```ts\n([\s\S]*?)^\1 \* ```$/gm)];
    return blocks.map(([, indentation, code], i) => ({ name: `${file} ${i + 1}`, code: code!.replace(new RegExp(`^${indentation} \\* ?`, 'gm'), '') }));
  });
}
