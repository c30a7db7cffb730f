#!/usr/bin/env node
// Starts the command line: in a checkout from its sources, in a package from what was built of them.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

if (existsSync(join(__dirname, 'main.ts'))) {
  require('tsx/cjs');
  require('./main.ts');
} else {
  require(existsSync(join(__dirname, 'main.js')) ? './main.js' : '../../build/lib/cli/main.js');
}
