/** The emitted systems on a real Docker Engine: `npm run test:e2e`. */
module.exports = {
  rootDir: '../..',
  // Copies of the applications, with their package.json.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testMatch: ['<rootDir>/test/e2e/**/*.e2e.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/typescript-transform.cjs' },
  globalSetup: '<rootDir>/test/e2e/support/prerequisites.ts',
  testTimeout: 300_000,
  verbose: true,
};
