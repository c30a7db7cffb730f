// Runs the repository's own TypeScript: `node --require ./lib/packaging/typescript/register.cjs apps/main.ts`. tsx does so for
// any project, by the same compiler: a fourth of a synthesis' time went to what is not needed here.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { compile, OPTIONS } = require('./compile.cjs');

const modules = join(__dirname, '../../../node_modules');
/** Or another folder, for who wants to know what the first time takes. */
const cache = process.env.COMPOSE8S_COMPILED ?? join(modules, '.cache/compose8s');
const { version } = JSON.parse(readFileSync(join(modules, 'esbuild/package.json'), 'utf8'));
const compiler = JSON.stringify([version, OPTIONS]);

/** Each file is compiled once, until it or the compiler changes. */
function compiled(path) {
  const source = readFileSync(path, 'utf8');
  const kept = join(cache, `${createHash('sha256').update(`${compiler}\0${path}\0${source}`).digest('hex')}.js`);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const { code } = compile(source, path, 'inline');
    mkdirSync(cache, { recursive: true });
    // Others may be at the same file.
    writeFileSync(`${kept}.${process.pid}`, code);
    renameSync(`${kept}.${process.pid}`, kept);
    return code;
  }
}

process.setSourceMapsEnabled(true);
require.extensions['.ts'] = (module, path) => module._compile(compiled(path), path);
