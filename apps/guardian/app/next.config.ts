import type { NextConfig } from 'next';

const config: NextConfig = {
  // A server with the files that it uses and no others: what the image runs.
  output: 'standalone',
  outputFileTracingRoot: import.meta.dirname,
  // Of Prisma's client, what belongs to other databases and to its former engine: 50 MB.
  outputFileTracingExcludes: { '/*': ['**/@prisma/client/runtime/query_{engine_bg.*,compiler_bg.{cockroachdb,mysql,sqlite,sqlserver}.*}'] },
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
  // Developers come by either name.
  allowedDevOrigins: ['127.0.0.1'],
};

export default config;
