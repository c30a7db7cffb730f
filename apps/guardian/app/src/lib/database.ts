import { PrismaClient } from '@generated/prisma/client';
import { PrismaPg } from '@prisma/adapter-pg';
import { environment } from '@/lib/environment';
import { once } from '@/lib/once';
import { poolOf } from '@/lib/pool';

export const database = (): PrismaClient => once('database', () => {
  const { databaseUrl, isQueryLogged } = environment();
  const client = new PrismaClient({ adapter: new PrismaPg(poolOf(databaseUrl)), log: [{ emit: 'event', level: 'query' }] });
  // Without the values: they are people's.
  if (isQueryLogged) client.$on('query', ({ query, duration }) => console.log(`query ${Math.round(duration)} ms: ${query}`));
  return client;
});
