import { describe, expect, test } from '@jest/globals';
import { fc } from '../support/fast-check';
import { Secret, Text, text, type Endpoint, type SecretKey } from '../../lib';
import { service, shop, thrownBy } from '../support/stacks';

function parts(): { web: Endpoint; password: SecretKey } {
  let made: { web: Endpoint; password: SecretKey } | undefined;
  shop(stack => { made = { web: service(stack, 'web').endpoint('http'), password: new Secret(stack, 'db', { keys: ['password'] }).key('password') }; });
  return made!;
}

/** Every kind of reference in its own brackets. */
const spelled = (value: Text) => value.spell(literal => literal, reference => (reference.kind === 'host' ? `<${reference.endpoint.workload.node.id}>` : reference.kind === 'secret' ? `{${reference.key.name}}` : `[${reference.route.spec.published}]`));

const MISUSE = [
  'a Text was put into a plain string, which would lose what it refers to',
  'fix: tag the template: text`…${db.url}…` instead of `…${db.url}…`',
].join('\n  ');

describe('a text', () => {
  test('keeps what it refers to, between its literal characters', () => {
    const { web, password } = parts();
    expect(spelled(text`http://user:${password}@${web}/x`)).toBe('http://user:{password}@<web>:8080/x');
  });

  test('of an endpoint is its host and port', () => {
    expect(spelled(Text.of(parts().web))).toBe('<web>:8080');
  });

  test('of an endpoint with a scheme is a URL', () => {
    expect(spelled(parts().web.url('redis'))).toBe('redis://<web>:8080');
  });

  test('of texts keeps the references of each, in order', () => {
    const { web, password } = parts();
    const url = text`a${password}b`;
    expect(Text.concat([url, '-', text`${url}${web.host}`]).references.map(({ kind }) => kind)).toEqual(['secret', 'secret', 'host']);
  });

  test('joins neighbouring literals, so that equal texts have equal parts', () => {
    expect(Text.concat(['a', text`b${1}c`, true]).parts).toEqual(['ab1ctrue']);
  });

  test('of nothing has no part', () => {
    expect([Text.of('').parts, text``.parts, text`${''}`.parts]).toEqual([[], [], []]);
  });

  test('is a literal only where it refers to nothing', () => {
    expect([text`a${1}`.literal, text`a${parts().password}`.literal]).toEqual(['a1', undefined]);
  });

  test('gives back every literal as it was, whatever is in it', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), literals => {
      expect(Text.concat(literals).spell(characters => characters, () => 'wrong')).toBe(literals.join(''));
    }));
  });

  test.each(['${web.url}', '$(HOME)', '$$', '%s', '{{ x }}', '`id`', "'; DROP TABLE", '\u0000', '\\'])('takes %p for nothing but characters', hostile => {
    expect(text`${hostile}`.parts).toEqual([hostile]);
  });

  test.each([
    ['a text', () => text`x${parts().password}`],
    ['a text without a reference', () => Text.of('x')],
    ['an endpoint', () => parts().web],
    ['a host', () => parts().web.host],
    ['the key of a secret', () => parts().password],
  ])('%s in a plain template throws, and names the template to use', (_, make) => {
    expect(thrownBy(() => `${make() as unknown as string}`)).toBe(MISUSE);
  });

  test.each([
    ['joined by +', (value: string) => 'a' + value],
    ['made a String', (value: string) => String(value)],
    ['joined in an array', (value: string) => [value].join()],
    ['used as a key', (value: string) => ({ [value]: 1 })],
    ['compared by size', (value: string) => value < 'a'],
  ])('%s throws too', (_, misuse) => {
    expect(thrownBy(() => misuse(parts().password as unknown as string))).toBe(MISUSE);
  });

  test.each([
    ['a text', () => text`x${parts().password}`],
    ['an endpoint', () => parts().web],
    ['the key of a secret', () => parts().password],
  ])('%s in JSON throws too', (_, make) => {
    expect(thrownBy(() => JSON.stringify({ url: make() }))).toBe(MISUSE);
  });

  test.each([[undefined, 'undefined'], [null, 'null'], [Number.NaN, 'NaN'], [Infinity, 'Infinity'], [{}, 'an object'], [[], 'a list'], [() => 'x', 'a function'], [Symbol('x'), 'a symbol']])('%p is no text', (value, name) => {
    expect(thrownBy(() => text`x${value as string}`)).toMatch(`${name} is no text\n  fix: give a string, a number, true, false, or a reference`);
  });
});
