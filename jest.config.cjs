// The package by its own name, as tsconfig.json has it.
const { paths } = JSON.parse(require('node:fs').readFileSync(`${__dirname}/tsconfig.json`, 'utf8')).compilerOptions;

/** Unit, property and snapshot tests: no server and no Docker needed. */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Copies of the applications, with their package.json.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/', '<rootDir>/test/package/project/'],
  transform: { '\\.ts$': '<rootDir>/test/support/typescript-transform.cjs' },
  moduleNameMapper: Object.fromEntries(Object.entries(paths).map(([name, [path]]) => [`^${name}$`, path.replace('.', '<rootDir>')])),
  snapshotFormat: { escapeString: false, printBasicPrototype: false },
};
