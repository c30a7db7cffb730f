import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sign, verify } from '@/lib/tokens';

const KEY = Buffer.alloc(32, 1);
const token = sign({ sub: 'abc' }, KEY);

test('a token says what was signed', () => {
  assert.deepEqual(verify(token, KEY), { sub: 'abc' });
});

test('a token of another key, a changed one and what is none say nothing', () => {
  const [header, , signature] = token.split('.');
  const forged = [header, Buffer.from('{"sub":"xyz"}').toString('base64url'), signature].join('.');
  const unsigned = [Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url'), token.split('.')[1], ''].join('.');
  for (const wrong of [forged, unsigned, `${token}.x`, '', 'a.b.c']) assert.equal(verify(wrong, KEY), undefined);
  assert.equal(verify(token, Buffer.alloc(32, 2)), undefined);
});
