import { ID_TWICE } from '../core/uncaught';

/**
 * What Node.js loads before the stacks' program. It says in short where that fails: the message, and the lines of the
 * project that led there, without those of packages and of Node.js itself. And it can load ahead whatever takes time and is
 * always the same, and wait for the word: a program that is to run as soon as a file changes. What the program prints
 * goes to the standard error.
 *
 * JavaScript, written to a file when it is needed: it must run before anything that compiles, whose threads would load it
 * too and take the word.
 */
export const PRELOAD = `
const { readSync } = require('node:fs');
const { relative } = require('node:path');
const { fileURLToPath } = require('node:url');
const { isMainThread } = require('node:worker_threads');
const { COMPOSE8S_PRELOAD: given } = process.env;
if (given && isMainThread) {
  // Only this process does so, and none that it starts.
  delete process.env.COMPOSE8S_PRELOAD;
  const { nodeOptions, modules, waits } = JSON.parse(given);
  if (nodeOptions) process.env.NODE_OPTIONS = nodeOptions;
  else delete process.env.NODE_OPTIONS;
  process.on('uncaughtException', failed);
  // As core/request.ts does, and for what the program loads before this library.
  globalThis.console = new console.Console(process.stderr);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  for (const path of modules) {
    try { require(path); } catch { /* The program will say what it misses. */ }
  }
  let word = 1;
  try { if (waits) word = readSync(3, Buffer.alloc(1)); } catch { /* It was given no such pipe: there is nothing to wait for. */ }
  // The other end was closed without a word.
  if (word === 0) process.exit(0);
}

function failed(error) {
  // The program has its own way.
  if (process.listenerCount('uncaughtException') > 1) return;
  if (error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    process.stderr.write('✖ ' + error.message + '\\n  fix: in a project of type "module", TypeScript is run by: node --import tsx main.ts\\n');
    process.exit(1);
  }
  process.stderr.write(isFault(error) ? '✖ ' + said(error) + placesOf(error) : String(error && error.stack || error) + '\\n');
  process.exit(1);
}

/** Something that the project can set right. Else a package is wrong, and whoever mends it needs all that there is. */
function isFault(error) {
  return error instanceof Error && (ownPlaces(error).length > 0 || ![TypeError, ReferenceError, RangeError].some(type => error instanceof type));
}

function said({ name, message }) {
  const what = message.trim().replace(${ID_TWICE.says}, ${JSON.stringify(`${ID_TWICE.what('$1', '$2')}\n  fix: ${ID_TWICE.fix}`)});
  return (name === 'Error' || name === 'FaultError' || name === 'TransformError' ? '' : name + ': ') + what + '\\n';
}

function placesOf(error) {
  return ownPlaces(error).map(place => '  at ' + place + '\\n').join('');
}

function ownPlaces({ stack = '' }) {
  return stack.split('\\n').filter(line => /^\\s+at /.test(line) && !/node_modules|node:|<anonymous>\\)?$/.test(line)).map(line => {
    const place = line.trim().replace(/^at /, '').replace(/^.*\\((.*)\\)$/, '$1').replace(/^<anonymous> \\(?|^async /, '');
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    return relative(process.cwd(), path).startsWith('..') ? path : relative(process.cwd(), path);
  }).filter((place, i, all) => all.indexOf(place) === i);
}
`;
