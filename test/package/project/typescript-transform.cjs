// Jest's transform of TypeScript, by the same compiler that runs the programs (tsx is esbuild too). Types are checked by tsc.
const { transformSync } = require('esbuild');

module.exports = {
  process: (source, path) => {
    const { code, map } = transformSync(source, { loader: 'ts', format: 'cjs', target: 'node20', sourcemap: true, sourcefile: path });
    return { code, map };
  },
};
