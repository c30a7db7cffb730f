import { Redis } from 'ioredis';
import { environment } from '@/lib/environment';
import { once } from '@/lib/once';

/** Gives up soon: a page that cannot count is better than one that waits. It connects anew by itself. */
export const redis = (): Redis => once('redis', () => {
  const client = new Redis(environment().redisUrl, { connectTimeout: 2000, commandTimeout: 2000, maxRetriesPerRequest: 1 });
  let last = '';
  client.on('error', ({ message }) => {
    if (message !== last) console.error(`redis: ${message}`);
    last = message;
  });
  client.on('ready', () => { last = ''; });
  return client;
});
