// TypeScript to what Node.js runs, for programs and for tests. Types are checked by tsc.
const OPTIONS = { loader: 'ts', format: 'cjs', target: 'node20', sourcesContent: false };

module.exports = {
  OPTIONS,
  /** `sourcemap` as esbuild has it. */
  compile: (source, path, sourcemap) => require('esbuild').transformSync(source, { ...OPTIONS, sourcemap, sourcefile: path }),
};
