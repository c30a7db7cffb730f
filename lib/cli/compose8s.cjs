#!/usr/bin/env node
// Starts the command line: in a checkout from its sources, in a package from what was built of them.
const { existsSync } = require('fs');
const { join } = require('path');

// Said here, in words that every version understands: what comes below needs functions that older ones lack.
const wanted = /\d+\.\d+/.exec(require('../../package.json').engines.node)[0];
const [major, minor] = wanted.split('.').map(Number);
const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
  process.stderr.write(`✖ this is Node.js ${process.versions.node}, which is too old\n  fix: install ${wanted} or newer\n`);
  process.exit(2);
}

if (existsSync(join(__dirname, 'main.ts'))) {
  require('../packaging/typescript/register.cjs');
  require('./main.ts');
} else {
  require(existsSync(join(__dirname, 'main.js')) ? './main.js' : '../../build/lib/cli/main.js');
}
