import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from './shell';
import type { RunningStack } from './stack';

/** Gives a stack the certificate of its host, signed by itself and made without the library, for the proxy `nginx`. */
export function certificateOf(host: string): (stack: RunningStack) => Promise<void> {
  return async ({ secrets }) => {
    const folder = join(secrets, 'nginx-certificate');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await output('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '90', '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`,
      '-out', join(folder, 'tls.crt'), '-keyout', join(folder, 'tls.key'),
    ]);
  };
}
