import { beforeEach, expect, test } from '@jest/globals';
import { connect, type TLSSocket } from 'node:tls';
import { until, untilIs } from '../support/until';
import { HOST, type Site } from './site';

/** Each begins with counters at zero. A burst comes in rounds, as more than ten at once would meet the limit of connections. */
export function describeLimits(site: () => Site): void {
  beforeEach(() => site().forgetLimits());

  test('twenty pages at once are served, what is over 10 a second then gets 429; probes and static files are exempt', async () => {
    const statuses = await burst(site(), '/nothing/here/', 80);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(404));
    expect(statuses).toContain(429);
    for (const path of ['/health/', '/health/live/', '/health/ready/', '/static/staticfiles.json']) {
      expect(new Set(await burst(site(), path, 50))).toEqual(new Set([200]));
    }
    await until('the log tells of it', async () => /\[warn\].*limiting requests.*zone "all"/.test(await site().stack.compose('logs', '--no-log-prefix', 'nginx')));
  });

  test('fifty calls of the API at once are served, what is over 30 a second then gets 429', async () => {
    const statuses = await burst(site(), '/api/nothing/', 250);
    expect(statuses.slice(0, 50)).toEqual(Array(50).fill(404));
    expect(statuses).toContain(429);
  });

  test('the fourth log-in within a minute gets 429', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await site().visitor.request('/login/', { method: 'POST' })).status);
    expect(statuses).toEqual([403, 403, 403, 429]); // 403: without a CSRF token
  });

  test('an address that has ten requests under way gets 429 for one more, but no probe does', async () => {
    const unfinished = await Promise.all(Array.from({ length: 10 }, () => begin(site())));
    try {
      // They were sent; nginx may not have read all of them yet.
      await untilIs('one more gets 429', 429, async () => (await site().visitor.request('/')).status);
      expect((await site().visitor.request('/health/')).status).toBe(200);
    } finally {
      for (const socket of unfinished) socket.destroy();
    }
  });
}

async function burst({ visitor }: Site, path: string, count: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  while (statuses.length < count) {
    statuses.push(...(await Promise.all(Array.from({ length: 5 }, () => visitor.request(path)))).map(({ status }) => status));
  }
  return statuses;
}

/** A request whose body never ends. */
function begin({ stack, certificate }: Site): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: stack.ports['NGINX_HTTPS_PORT']!, servername: HOST, ca: certificate }, () => {
      socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1000\r\n\r\nbegun`, () => resolve(socket));
    });
    socket.on('error', reject);
  });
}
