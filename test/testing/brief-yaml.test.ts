import { expect, test } from '@jest/globals';
import { fc } from '../support/fast-check';
import { load } from 'js-yaml';
import { briefYaml } from '../../lib/testing/brief-yaml';

test('what fits on a line stands on one', () => {
  expect(briefYaml({
    image: 'nginx:1.29', command: [], ports: [{ target: 80, name: 'http' }], memory: '512', replicas: 2, note: 'a, b: [c]',
    mounts: [{ source: 'one', target: `/${'x'.repeat(70)}` }, { source: 'two', target: `/${'y'.repeat(70)}`, options: { mode: `0${'4'.repeat(70)}` } }],
    script: 'set -eu\nexec run\n',
  })).toBe(`image: nginx:1.29
command: []
ports: [{ target: 80, name: http }]
memory: '512'
replicas: 2
note: 'a, b: [c]'
mounts:
  - { source: one, target: /${'x'.repeat(70)} }
  - source: two
    target: /${'y'.repeat(70)}
    options: { mode: '0${'4'.repeat(70)}' }
script: |
  set -eu
  exec run`);
});

test('it is YAML, and nothing is lost', () => {
  const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>(tie => ({
    leaf: fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: fc.constantFrom('\n', ' ', '#', ':', 'a', '-', '"', "'"), maxLength: 12 }), fc.integer(), fc.boolean(), fc.constant(null)),
    tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), fc.array(tie('tree'), { maxLength: 5 }), fc.dictionary(fc.string({ maxLength: 20 }).filter(key => key !== '__proto__'), tie('tree'), { maxKeys: 5, noNullPrototype: true })),
  }));
  fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[a-zA-Z.\-/]{1,20}$/), tree, { minKeys: 1, maxKeys: 5, noNullPrototype: true }), document => {
    expect(load(`${briefYaml(document)}\n`)).toEqual(document);
  }), { numRuns: 500 });
});
