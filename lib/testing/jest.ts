/**
 * Adds the matchers and the snapshot serializer to jest, and tells TypeScript of them: for `expect` of `@jest/globals` and
 * for the global one. Import it in a test, or name it in jest's `setupFilesAfterEnv`.
 */
import { expect } from '@jest/globals';
import { matchers, type StackMatchers } from './matchers';
import { snapshotSerializer } from './snapshot';

declare module 'expect' {
  // Its parameters are those of the interface that it adds to.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type
  interface Matchers<R extends void | Promise<void>, T = unknown> extends StackMatchers<R> {}
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type
    interface Matchers<R, T = {}> extends StackMatchers<R> {}
  }
}

expect.extend(matchers);
expect.addSnapshotSerializer(snapshotSerializer);
