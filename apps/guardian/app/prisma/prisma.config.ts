import { PrismaPg } from '@prisma/adapter-pg';
import { defineConfig } from 'prisma/config';

/**
 * Migrations by the engine that comes in the package, over the driver: the classic one is a program that would be
 * downloaded, for the C library and the OpenSSL that it finds. The adapter is that of version 7, as that of 6.19 cannot
 * read columns of the type `name`, which migrations look at.
 */
export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  engine: 'js',
  experimental: { adapter: true },
  adapter: async () => new PrismaPg({ connectionString: process.env.DATABASE_URL }),
});
