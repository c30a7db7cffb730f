export interface Pool {
  readonly connectionString: string;
  readonly max: number;
  readonly connectionTimeoutMillis: number;
}

/**
 * `connection_limit` and `pool_timeout` (in seconds) belong to Prisma's own engine, and the driver that took its place
 * does not know them: they are read here. Defaults: as the engine had them, but for a number of connections that does not
 * depend on the machine.
 */
export function poolOf(databaseUrl: string): Pool {
  const url = new URL(databaseUrl);
  const { connection_limit: limit = '10', pool_timeout: timeout = '10' } = Object.fromEntries(url.searchParams);
  for (const name of ['connection_limit', 'pool_timeout']) url.searchParams.delete(name);
  return { connectionString: url.href, max: Number(limit), connectionTimeoutMillis: Number(timeout) * 1000 };
}
