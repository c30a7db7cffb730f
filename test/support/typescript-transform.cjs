// Jest's transform of TypeScript, by the same compiler that runs the programs. Types are checked by tsc.
const { compile } = require('../../lib/packaging/typescript/compile.cjs');

module.exports = {
  process: (source, path) => {
    const { code, map } = compile(source, path, true);
    return { code, map };
  },
};
