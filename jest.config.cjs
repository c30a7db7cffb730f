/** Unit, property and snapshot tests: no server and no Docker needed. */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
  transform: { '\\.ts$': '<rootDir>/test/support/typescript-transform.cjs' },
  snapshotFormat: { escapeString: false, printBasicPrototype: false },
};
