import { X509Certificate, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import type { Fault } from '../../model';

const DAY = 24 * 60 * 60 * 1000;

/** Days before its end at which a certificate is a problem. */
const SOON = 30;

/** What is wrong with a certificate and its key. `remedy` says where another pair comes from. */
export function* certificateFaults(certificateFile: Buffer, keyFile: Buffer, hosts: readonly string[], remedy: string, now = Date.now()): Iterable<Fault> {
  const certificate = attempt(() => new X509Certificate(certificateFile));
  const key = attempt(() => createPrivateKey(keyFile));
  if (!certificate) yield { code: 'certificate-unreadable', what: 'the file is not a certificate in PEM format', fix: remedy };
  if (!key) yield { code: 'private-key-unreadable', what: 'the file is not a private key in PEM format without a passphrase', fix: remedy };
  if (!certificate) return;
  const days = Math.floor((Date.parse(certificate.validTo) - now) / DAY);
  if (days < 0) yield { code: 'certificate-expired', what: `the certificate ended on ${dateOf(certificate.validTo)}`, fix: remedy };
  else if (days < SOON) yield { code: 'certificate-ends-soon', what: `the certificate ends in ${days} days, on ${dateOf(certificate.validTo)}`, fix: remedy };
  if (Date.parse(certificate.validFrom) > now) yield { code: 'certificate-not-yet', what: `the certificate is valid from ${dateOf(certificate.validFrom)} on`, fix: remedy };
  const uncovered = hosts.filter(host => !covers(certificate, host));
  if (uncovered.length > 0) yield { code: 'certificate-hosts', what: `the certificate is not for ${uncovered.join(', ')}`, fix: remedy };
  if (key && !certificate.checkPrivateKey(key)) yield { code: 'certificate-key', what: 'the private key is not that of the certificate', fix: `${remedy}; where the file has a chain, the server's own certificate stands first` };
}

function covers(certificate: X509Certificate, host: string): boolean {
  if (isIP(host)) return certificate.checkIP(host) !== undefined;
  return certificate.checkHost(host.replace(/^\*\./, 'any.')) !== undefined;
}

function dateOf(time: string): string {
  return new Date(time).toISOString().slice(0, 10);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
