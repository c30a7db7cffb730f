import { expect, test } from '@jest/globals';
import { fc } from '../support/fast-check';
import { dump, load, loadAll } from 'js-yaml';
import { scalarStyleRules, yaml, yamlEntries } from '../../lib/core/yaml';
import { hostile } from '../properties/random-stack';

const document = fc.dictionary(hostile, fc.oneof(fc.jsonValue(), hostile, fc.double({ noNaN: true }), fc.array(hostile, { maxLength: 3 })), { maxKeys: 6, noNullPrototype: true });

test('whatever is written is read back', () => {
  fc.assert(fc.property(document, value => { expect(load(yaml(value))).toEqual(value); }), { numRuns: 300 });
});

test('many documents are parted, and many entries are one mapping', () => {
  const many = Array.from({ length: 150 }, (_, i) => ({ [`n${i}`]: i }));
  expect(loadAll(yaml(...many))).toEqual(many);
  expect(load(yamlEntries(many.map((body, i) => [`e${i}`, body])))).toEqual(Object.fromEntries(many.map((body, i) => [`e${i}`, body])));
});

// js-yaml marks the end of a document whose last text ends with empty lines.
const byItself = (value: object) => dump(value, { lineWidth: -1, noRefs: true, scalarStyleRules }).replace(/\n\.\.\.\n$/, '\n');

const joined = (...pieces: readonly string[]) => fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 14 }).map(parts => parts.join(''));

test.each([
  ['lines', joined('a', 'B', '1', ' ', '  ', '\n', '\n\n', '\t', '#', ':', '-', '|', '%', '"', '{', '...', '---', 'é')],
  ['words', joined('true', 'No', 'y', 'on', 'NULL', 'nan', 'inf', '.inf', 'a', 'e', 'O', '0', '1', '/', '.', '-', '_')],
])('of %s it is what js-yaml writes by itself, to the byte', (_, strings) => {
  fc.assert(fc.property(strings, value => {
    const mapping = { [value]: value, list: [value, { deeper: [value] }] };
    expect(yaml(mapping)).toBe(byItself(mapping));
  }), { numRuns: 1000 });
});

test('of anything it is what js-yaml writes by itself, to the byte', () => {
  fc.assert(fc.property(document, value => { expect(yaml(value)).toBe(byItself(value)); }), { numRuns: 300 });
});

test('it reads as js-yaml writes it by itself', () => {
  const value = { text: 'yes', lines: 'a\nb\n', empty: '', list: [1, 'two', { three: [] }], nothing: null, real: 1.5, large: 1e21, flag: false, gone: undefined, when: new Date(0), deep: { map: {} } };
  expect(yaml(value)).toBe(dump(value, { lineWidth: -1, noRefs: true }));
});

test('what programs in Go would take for a number is quoted', () => {
  expect(yaml({ a: '0X1F', b: '1_e3', c: '0b2', d: '-0o-7', e: '_1' })).toBe("a: '0X1F'\nb: '1_e3'\nc: '0b2'\nd: '-0o-7'\ne: '_1'\n");
});
