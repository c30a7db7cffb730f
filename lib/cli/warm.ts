import { existsSync, readSync } from 'node:fs';
import { join } from 'node:path';

// Loaded into a process that will run the stacks' program as soon as a file changes: whatever takes time and is always
// the same is loaded now, and then the process waits for the word.
const { COMPOSE8S_WARM: given } = process.env;
if (given) {
  // Only this process waits, and none that it starts.
  delete process.env.COMPOSE8S_WARM;
  const { nodeOptions, modules } = JSON.parse(given) as { readonly nodeOptions: string; readonly modules: readonly string[] };
  if (nodeOptions) process.env.NODE_OPTIONS = nodeOptions;
  else delete process.env.NODE_OPTIONS;
  const library = join(__dirname, '../index.js');
  for (const name of [...modules, ...(existsSync(library) ? [library] : [])]) {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      require(name);
    } catch {
      // The program will say what it misses.
    }
  }
  let word = 1;
  try {
    word = readSync(3, Buffer.alloc(1));
  } catch {
    // This process was given no such pipe: there is nothing to wait for.
  }
  // The other end was closed without a word.
  if (word === 0) process.exit(0);
}
