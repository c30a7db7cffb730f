import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { output, run } from '../support/shell';
import { sleep, until, untilIs } from '../support/until';
import { Load, summary, type Outcome } from './load';
import { draw, type Catalyst, type Document } from './system';

/** Of each replica, and each is in the middle of one answer at most. */
const WORKERS = 4;

/** Replicas are lost while visitors ask: by each way of losing one, what came of their requests. */
export function describeLosses(site: () => Catalyst): void {
  const nameOf = (id: string) => id.slice(0, 12);

  /** GETs, and POSTs of pictures that nobody has seen, during what is done. */
  async function during(act: () => Promise<void>): Promise<readonly Outcome[]> {
    const picture = await draw(site().stack, 'Read me while somebody pulls the plug\n'.repeat(12));
    const { id } = JSON.parse((await site().add(picture)).text) as Document;
    const load = new Load(site().visitor, [
      ...Array.from({ length: 8 }, () => ({ kind: 'GET', path: `/api/documents/${id}` })),
      // What follows the end of a picture is no part of it, and makes another document.
      ...Array.from({ length: 3 }, () => ({ kind: 'POST', path: '/api/documents', ask: () => ({ method: 'POST', body: Buffer.concat([picture, Buffer.from(randomUUID())]) }) })),
    ]);
    try {
      await sleep(2000);
      await act();
      await sleep(2000);
    } finally {
      await load.end();
    }
    process.stdout.write(`catalyst/prod: ${expect.getState().currentTestName!.split(' losses ')[1]}: ${JSON.stringify(summary(load.outcomes))}\n`);
    return load.outcomes;
  }

  /** Those that were asked after a loss, and failed. What it had begun to answer before nobody else can end. */
  const failedAfter = (lost: number, outcomes: readonly Outcome[]) => failed(outcomes).filter(({ began }) => began > lost);
  const failed = (outcomes: readonly Outcome[]) => outcomes.filter(({ result }) => !result.startsWith('2'));
  const allAnswer = () => untilIs('all three answer', 3, async () => (await site().answering()).size);

  test('all three replicas have their share', async () => {
    const outcomes = await during(async () => {});
    const read = outcomes.filter(({ kind }) => kind === 'GET');
    for (const { Id } of await site().replicas()) expect(read.filter(({ replica }) => replica === nameOf(Id)).length).toBeGreaterThan(read.length / 6);
    expect(failed(outcomes)).toEqual([]);
  });

  /** What nginx had to ask of a second replica, by method. */
  const repeated = async () => (await site().stack.compose('logs', '--no-log-prefix', 'nginx')).split('\n').flatMap(line => (/"method":"(\w+)".*"upstream_addr":"[^"]+, [^"]+"/.exec(line) ?? []).slice(1));

  test('no request fails but what it was answering when one is killed in the middle of its work; `up` brings it back, and it gets its share', async () => {
    const [victim] = await site().replicas();
    let lost = 0;
    const before = await repeated();
    const outcomes = await during(async () => {
      await until('it is reading a picture', async () => (await output('docker', ['top', victim!.Id])).includes('tesseract'), { pause: 20 });
      await output('docker', ['kill', '--signal', 'KILL', victim!.Id]);
      lost = Date.now();
      await sleep(6000);
      expect((await site().answering()).size).toBe(2);
    });
    const again = (await repeated()).slice(before.length);
    process.stdout.write(`catalyst/prod: asked of a second replica: ${again.join(' ')}\n`);
    expect(again.length).toBeGreaterThan(0);
    expect(failedAfter(lost, outcomes)).toEqual([]);
    expect(failed(outcomes).length).toBeLessThanOrEqual(WORKERS);
    await site().stack.compose('up', '--detach', '--wait');
    await allAnswer();
  });

  test('no request fails when one is told to stop, which ends by itself', async () => {
    const [victim] = await site().replicas();
    const outcomes = await during(async () => { await output('docker', ['stop', victim!.Id]); });
    expect(failed(outcomes)).toEqual([]);
    const stopped = (await site().replicas()).find(({ Id }) => Id === victim!.Id)!;
    expect([0, 143]).toContain(stopped.State.ExitCode);
    await site().stack.compose('up', '--detach', '--wait');
    await allAnswer();
  });

  test('one whose server dies is started again by itself, and no request fails but what it was answering', async () => {
    const [victim] = await site().replicas();
    let lost = 0;
    const outcomes = await during(async () => {
      // Docker's own init has but one child. With it ends all that runs there, this command among it.
      await run('docker', ['exec', victim!.Id, 'sh', '-c', 'kill -9 $(cat /proc/1/task/1/children)']);
      lost = Date.now();
      await until('it runs again', async () => {
        const now = (await site().replicas()).find(({ Id }) => Id === victim!.Id)!;
        return now.State.StartedAt !== victim!.State.StartedAt && now.State.Health?.Status === 'healthy';
      });
    });
    expect(failedAfter(lost, outcomes)).toEqual([]);
    expect(failed(outcomes).length).toBeLessThanOrEqual(WORKERS);
    await allAnswer();
  });

  test('one that hangs holds up what it has begun, and gets nothing new', async () => {
    const [victim] = await site().replicas();
    await output('docker', ['pause', victim!.Id]);
    try {
      // nginx looks every 5 s, and gives each the time that its probe has.
      await until('it is left out', async () => (await Promise.race([site().answering(), sleep(1500)]))?.size === 2, { pause: 1000 });
    } finally {
      await output('docker', ['unpause', victim!.Id]);
    }
    await allAnswer();
  });
}
