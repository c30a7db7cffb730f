// Loaded into a process that will run the stacks' program as soon as a file changes: whatever takes time and is always
// the same is loaded now, and then the process waits for the word.
const { existsSync, readSync } = require('node:fs');
const { join } = require('node:path');

const { COMPOSE8S_WARM: given } = process.env;
if (given) {
  // Only this process waits, and none that it starts.
  delete process.env.COMPOSE8S_WARM;
  const { nodeOptions, modules } = JSON.parse(given);
  if (nodeOptions) process.env.NODE_OPTIONS = nodeOptions;
  else delete process.env.NODE_OPTIONS;
  const built = join(__dirname, '../../build/lib/index.js');
  for (const name of [...modules, ...(existsSync(join(__dirname, 'main.ts')) || !existsSync(built) ? [] : [built])]) {
    try {
      require(name);
    } catch {
      // The program will say what it misses.
    }
  }
  try {
    readSync(3, Buffer.alloc(1));
  } catch {
    // Nobody holds the other end: there is nothing to wait for.
  }
}
