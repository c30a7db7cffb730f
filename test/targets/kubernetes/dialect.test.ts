import { describe, expect, test } from '@jest/globals';
import { fc } from '../../support/fast-check';
import { Probe, Duration, Secret, text } from '../../../lib';
import { expandAsKubelet as expand } from '../../support/expansion';
import { service } from '../../support/stacks';
import { clusterOf } from './cluster';

const hostile = fc.oneof(
  fc.array(fc.constantFrom('$', '$$', '(', ')', '$(', '$(A)', '$$(A)', '${A}', 'A', 'é', '😀', '\\', "'", '"', '\n', '\t', ' ', '#', ': ', '- ', '{{', '`'), { maxLength: 12 }).map(parts => parts.join('')),
  fc.constantFrom('', 'no', 'on', 'y', '~', 'null', '22:22', '0123', '0X1F', '0x1f', '1_000', '1_e3', '1e3', '.5', '+1', '2024-01-01', '<<', '='),
  // Half a pair of UTF-16 is no character, and no file can hold it.
  fc.string({ unit: 'grapheme', maxLength: 30 }).map(value => value.replaceAll('\0', '')),
);

/** What the process gets: its environment, and its arguments. */
function started(value: string) {
  const { container } = clusterOf(stack => {
    const secret = new Secret(stack, 'secret', { keys: ['key'] });
    service(stack, 'web', { env: { A: 'a', PLAIN: value, MIXED: text`${value}${secret.key('key')}${value}` }, command: [value], args: ['x', text`${value}${secret.key('key')}`] });
  });
  const { env = [], command = [], args = [] } = container('web');
  const known: Record<string, string> = {};
  for (const { name, value: spelled, valueFrom } of env) known[name] = valueFrom ? 'the $(A) $$ secret' : expand(spelled!, known);
  return { known, words: [...command, ...args].map(word => expand(word, known)) };
}

describe('on Kubernetes', () => {
  test('every literal arrives as it was written, alone and beside a secret', () => {
    fc.assert(fc.property(hostile, value => {
      const { known, words } = started(value);
      expect(known['PLAIN']).toBe(value);
      expect(known['MIXED']).toBe(`${value}the $(A) $$ secret${value}`);
      expect(words).toEqual([value, 'x', `${value}the $(A) $$ secret`]);
    }), { numRuns: 150 });
  });

  test('a dollar before a letter beyond ASCII survives, which the kubelet itself would garble', () => {
    expect(expand('$é', {})).not.toBe('$é');
    expect(started('$é').known['PLAIN']).toBe('$é');
  });

  test('the command of a probe is spelled in the same way, since the kubelet expands it too', () => {
    const { container } = clusterOf(stack => service(stack, 'web', { probes: { ready: Probe.command(['check', '$(HOME)']), startup: Duration.seconds(10) } }));
    expect(container('web').readinessProbe).toMatchObject({ exec: { command: ['check', '$$(HOME)'] } });
  });

  test('a variable that is one secret is read from it; a longer text is put together from a variable declared before', () => {
    const { container } = clusterOf(stack => {
      const secret = new Secret(stack, 'db', { keys: ['password'] });
      service(stack, 'web', { env: { PASSWORD: secret.key('password'), URL: text`postgres://x:${secret.key('password')}@db` } });
    });
    const secretKeyRef = { name: 'db', key: 'password' };
    expect(container('web').env).toEqual([
      { name: 'SECRET_DB_PASSWORD', valueFrom: { secretKeyRef } },
      { name: 'PASSWORD', valueFrom: { secretKeyRef } },
      { name: 'URL', value: 'postgres://x:$(SECRET_DB_PASSWORD)@db' },
    ]);
  });

  test('the helping variables never get into the way of others', () => {
    const { container } = clusterOf(stack => {
      const secret = new Secret(stack, 'db', { keys: ['password'] });
      service(stack, 'web', { env: { SECRET_DB_PASSWORD: 'mine', URL: text`x:${secret.key('password')}` } });
    });
    expect(container('web').env).toEqual([
      { name: 'SECRET_DB_PASSWORD_2', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      { name: 'SECRET_DB_PASSWORD', value: 'mine' },
      { name: 'URL', value: 'x:$(SECRET_DB_PASSWORD_2)' },
    ]);
  });

  test('a reference to an endpoint is the name of its Service', () => {
    const cluster = clusterOf(stack => {
      const db = service(stack, 'db');
      service(stack, 'web', { env: { DB: text`http://${db.endpoint('http')}/x` } });
    });
    expect(cluster.container('web').env).toEqual([{ name: 'DB', value: 'http://db:8080/x' }]);
    expect(cluster.get('Service', 'db').spec.ports).toEqual([{ name: 'http', port: 8080, targetPort: 'http', protocol: 'TCP' }]);
  });
});
