/**
 * What a process loads that will run the stacks' program as soon as a file changes: whatever takes time and is always the
 * same is loaded, and then the process waits for the word. JavaScript, written to a file when it is needed: it must run
 * before anything that compiles, whose threads would load it too and take the word.
 */
export const WARM = `
const { readSync } = require('node:fs');
const { COMPOSE8S_WARM: given } = process.env;
if (given) {
  // Only this process waits, and none that it starts.
  delete process.env.COMPOSE8S_WARM;
  const { nodeOptions, modules } = JSON.parse(given);
  if (nodeOptions) process.env.NODE_OPTIONS = nodeOptions;
  else delete process.env.NODE_OPTIONS;
  for (const path of modules) {
    try { require(path); } catch { /* The program will say what it misses. */ }
  }
  let word = 1;
  try { word = readSync(3, Buffer.alloc(1)); } catch { /* It was given no such pipe: there is nothing to wait for. */ }
  // The other end was closed without a word.
  if (word === 0) process.exit(0);
}
`;
