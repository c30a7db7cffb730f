import { join } from 'node:path';
import { NodeImage } from '../../constructs';

/** Three stages on `node:20-alpine`, and a fourth for development. */
export function guardianImage(version: string): NodeImage {
  return new NodeImage({
    name: 'guardian',
    version,
    context: join(__dirname, 'app'),
    node: '20-alpine',
    packageManager: 'pnpm@9.15.9',
    // Playwright's own Chromium is built for glibc: on Alpine it drives that of the system. Developers run it; no image that serves has it.
    packages: { deps: ['chromium'] },
    output: 'next',
    prisma: 'prisma',
    init: 'dumb-init',
    user: { name: 'guardian', uid: 1001, gid: 1001 },
    port: 3000,
    ignore: ['**/*.test.ts'],
    labels: { description: 'The Guardian incident register' },
  });
}
