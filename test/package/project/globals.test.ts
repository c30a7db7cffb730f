// Without imports of jest: by @types/jest.
import 'compose8s/testing/jest';
import { shop } from './shop';

test('the global expect has the matchers', () => {
  expect(shop()).toHaveService('api', { networks: expect.arrayContaining(['api--db']) });
  expect(() => expect(shop()).toHaveResource('Deployment', 'apj')).toThrow("did you mean 'api'?");
});
