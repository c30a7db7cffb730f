import { expect, test } from '@jest/globals';
import { until } from '../support/until';
import type { Site } from './site';

export function describeFaults(site: () => Site): void {
  const statusOf = async (path: string) => (await site().visitor.request(path)).status;

  test.each([
    { service: 'postgres', failed: ['database', 'model'] },
    { service: 'redis', failed: ['redis'] },
  ])('while $service is stopped, `/health/ready/` names it with 503 and `/health/live/` is 200; when it is back all is well', async ({ service, failed }) => {
    const before = await site().stack.ids();
    await site().without(service, async () => {
      const { status, text } = await site().visitor.request('/health/ready/');
      expect([status, JSON.parse(text)]).toEqual([503, { status: 'unavailable', failed }]);
      expect(await statusOf('/health/live/')).toBe(200);
      expect(await statusOf('/health/')).toBe(200);
    });
    expect(await statusOf('/')).toBe(200);
    expect(await site().stack.ids()).toEqual(before);
  });

  test.each([
    { service: 'postgres', program: 'postgres' },
    { service: 'redis', program: 'redis-server' },
    { service: 'web', program: 'gunicorn' },
    { service: 'nginx', program: 'nginx' },
  ])('after `kill -9` of $program it comes back, and the site with it, without a hand', async ({ service, program }) => {
    const before = (await site().stack.containers()).get(service)!;
    const count = await site().visitor.count();
    await site().stack.exec(service, 'sh', '-c', killFirst(program));
    await until(`${service} was started anew`, async () => {
      const { State } = (await site().stack.containers()).get(service)!;
      return State.Status === 'running' && State.StartedAt !== before.State.StartedAt;
    });
    await until('the site is ready', async () => await statusOf('/health/ready/') === 200 && await statusOf('/') === 200);
    expect((await site().stack.containers()).get(service)!.Id).toBe(before.Id);
    expect(await site().visitor.count()).toBe(count);
  });
}

/** The oldest process whose command line has the word is the server; it is younger than Docker's own init, which has it too. */
function killFirst(program: string): string {
  return `for process in $(cd /proc && ls -d [0-9]* | sort -n); do
    if [ "$process" != 1 ] && tr '\\0' ' ' <"/proc/$process/cmdline" | grep -q '${program}'; then kill -9 "$process"; exit; fi
  done; exit 1`;
}
