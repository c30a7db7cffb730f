import { createHmac, timingSafeEqual } from 'node:crypto';

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** A JSON Web Token: what it says can be read by everybody, and changed by nobody without the key. */
export function sign(claims: object, key: Buffer): string {
  const content = `${HEADER}.${encode(claims)}`;
  return `${content}.${signatureOf(content, key).toString('base64url')}`;
}

/** What a token says, or undefined where the key did not sign it. */
export function verify(token: string, key: Buffer): Readonly<Record<string, unknown>> | undefined {
  const [header, claims, signature, ...rest] = token.split('.');
  if (header !== HEADER || !claims || !signature || rest.length > 0) return undefined;
  const expected = signatureOf(`${header}.${claims}`, key);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Record<string, unknown>;
}

function signatureOf(content: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(content).digest();
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
