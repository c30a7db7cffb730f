import fc from 'fast-check';

/**
 * The same examples in each run, so that what a change is judged by does not depend on luck.
 * `FAST_CHECK_SEED=random npx jest` looks for others; a failure prints its seed.
 */
const { FAST_CHECK_SEED: seed = '20' } = process.env;
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });

export { fc };
