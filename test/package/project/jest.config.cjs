module.exports = { transform: { '\\.ts$': '<rootDir>/typescript-transform.cjs' } };
