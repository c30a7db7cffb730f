import { describe, expect, test } from '@jest/globals';
import { fc } from '../support/fast-check';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createServer, connect } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Secret } from '../../lib';
import { selfSignedPair } from '../../lib/core/secrets/certificate';
import { certificateFaults } from '../../lib/core/secrets/certificate-faults';
import { dotenv } from '../../lib/core/secrets/dotenv';
import { weaknesses } from '../../lib/core/secrets/strength';
import { URL_SAFE, randomHex, randomPassword, textIn, valueIn } from '../../lib/core/secrets/values';
import { parseAsCompose } from '../support/compose-dotenv';

const DAY = 24 * 60 * 60 * 1000;

describe('a password', () => {
  test('has the length that was asked for and needs no escaping anywhere', () => {
    fc.assert(fc.property(fc.integer({ min: 8, max: 200 }), length => {
      const password = randomPassword(length);
      expect(password).toHaveLength(length);
      expect(encodeURIComponent(password)).toBe(password);
      expect(password).not.toMatch(/^-/);
    }));
  });

  test('uses the 64 characters evenly', () => {
    const counts = new Map<string, number>();
    const drawn = 640_000;
    for (const character of randomPassword(drawn)) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(64);
    // Chi-squared with 63 degrees of freedom: over 131 once in a million runs.
    const expected = drawn / URL_SAFE.length;
    expect([...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(131);
  });
});

describe('the value in a file', () => {
  test.each([
    ['one line', 'abc\n', 'abc'],
    ['one line of another system', 'abc\r\n', 'abc'],
    ['no line break', 'abc', 'abc'],
    ['several lines, which are what they are', 'a\nb\n', 'a\nb\n'],
    ['nothing', '', ''],
  ])('%s', (_name, content, value) => expect(valueIn(Buffer.from(content)).toString()).toBe(value));

  test('is no text where a variable cannot carry it', () => {
    expect(textIn(Buffer.from([0xff, 0xfe]))).toBeUndefined();
    expect(textIn(Buffer.from('a\0b'))).toBeUndefined();
    expect(textIn(Buffer.from('schön 😀\n'))).toBe('schön 😀');
  });
});

describe('a .env file', () => {
  const hostile = fc.oneof(
    fc.string({ unit: fc.constantFrom('\\', '"', "'", '$', '{', '}', '\n', '\r', ' ', '#', '=', '`', 'n', 'r', '0', 'é', '😀'), maxLength: 20 }),
    fc.string({ unit: 'binary' }).filter(value => !value.includes('\0') && Buffer.from(value).toString() === value),
  );

  test('gives Compose every value as it is', () => {
    fc.assert(fc.property(fc.array(hostile), values => {
      const variables = Object.fromEntries(values.map((value, i) => [`NAME_${i}`, value]));
      expect(parseAsCompose(dotenv('shop/dev', variables))).toEqual(variables);
    }), { numRuns: 1000 });
  });

  test('reads plainly where the value is plain', () => {
    expect(dotenv('shop/dev', { B: 'plain', A: "it's $5" })).toBe(`# shop/dev\nA="it's \\$5"\nB='plain'\n`);
  });
});

describe('weakness', () => {
  const random = randomPassword(32);
  test.each([
    ['too short for its origin', random.slice(0, 31), Secret.password(), 'secret-short'],
    ['too few hexadecimal digits', randomHex(31), Secret.hex(32), 'secret-short'],
    ['not hexadecimal', 'z'.concat(randomHex(32)), Secret.hex(32), 'secret-not-hex'],
    ['not URL-safe', `${random}@/`, Secret.password(), 'secret-not-url-safe'],
    ['shorter than the vendor says', randomHex(4), Secret.given('…', { minLength: 20 }), 'secret-short'],
    ['a well-known word', 'changeme', Secret.given('…'), 'secret-guessable'],
    ['a word with ornaments', 'P@ssw0rd-2024!', Secret.given('…'), 'secret-guessable'],
    ['words in a row', 'change-me-please', Secret.given('…'), 'secret-guessable'],
    ['the name of the system', 'shop123', Secret.given('…'), 'secret-guessable'],
    ['one character again and again', 'k'.repeat(40), Secret.password(), 'secret-low-variety'],
    ['a few characters again and again', 'kdu3'.repeat(10), Secret.password(), 'secret-low-variety'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyz012345', Secret.password(), 'secret-low-variety'],
    ['digits in order', '1234567890', Secret.given('…'), 'secret-low-variety'],
  ])('%s is named', (_name, value, origin, code) => {
    const faults = weaknesses(value, origin, ['shop', 'dev']);
    expect(faults.map(fault => fault.code)).toContain(code);
    expect(JSON.stringify(faults)).not.toContain(value);
  });

  test('is never found in what is made here', () => {
    fc.assert(fc.property(fc.integer({ min: 16, max: 100 }), length => {
      expect(weaknesses(randomPassword(length), Secret.password(length), ['shop', 'dev', 'password'])).toEqual([]);
      expect(weaknesses(randomHex(length), Secret.hex(length), ['shop', 'dev', 'key'])).toEqual([]);
    }), { numRuns: 500 });
  });
});

describe('a self-signed certificate', () => {
  const hosts = ['localhost', '127.0.0.1', '::1', 'shop.example', '*.shop.example'];
  const { certificate, privateKey } = selfSignedPair(hosts);
  const parsed = new X509Certificate(certificate);

  test('is for all of its hosts, and signed with its own key', () => {
    expect(parsed.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:shop.example, DNS:*.shop.example');
    expect(parsed.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect([...certificateFaults(Buffer.from(certificate), Buffer.from(privateKey), hosts, 'fix')]).toEqual([]);
  });

  test('is not two times the same', () => {
    const other = new X509Certificate(selfSignedPair(hosts).certificate);
    expect(other.serialNumber).not.toBe(parsed.serialNumber);
    expect(other.fingerprint256).not.toBe(parsed.fingerprint256);
  });

  test('is accepted by a client that trusts it', async () => {
    const server = createServer({ cert: certificate, key: privateKey }, socket => socket.end()).listen(0, '127.0.0.1');
    await new Promise(done => server.on('listening', done));
    try {
      const authorized = await new Promise((done, failed) => {
        const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', servername: 'www.shop.example', ca: certificate }, () => {
          done(socket.authorized);
          socket.destroy();
        }).on('error', failed);
      });
      expect(authorized).toBe(true);
    } finally {
      server.close();
    }
  });

  const codes = (pair: { certificate: string; privateKey: string }, names: readonly string[], now?: number) =>
    [...certificateFaults(Buffer.from(pair.certificate), Buffer.from(pair.privateKey), names, 'fix', now)].map(({ code }) => code);

  test.each([
    ['expired', { certificate, privateKey }, hosts, Date.now() + 900 * DAY, ['certificate-expired']],
    ['near its end', { certificate, privateKey }, hosts, Date.now() + 800 * DAY, ['certificate-ends-soon']],
    ['not valid yet', { certificate, privateKey }, hosts, Date.now() - 10 * DAY, ['certificate-not-yet']],
    ['for other hosts', { certificate, privateKey }, ['other.example'], undefined, ['certificate-hosts']],
    ['with the key of another', { certificate, privateKey: selfSignedPair(hosts).privateKey }, hosts, undefined, ['certificate-key']],
    ['not a certificate', { certificate: 'nothing', privateKey: 'nothing' }, hosts, undefined, ['certificate-unreadable', 'private-key-unreadable']],
  ])('%s is named', (_name, pair, names, now, expected) => expect(codes(pair, names, now)).toEqual(expected));
});
