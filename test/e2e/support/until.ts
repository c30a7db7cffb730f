import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

interface Patience { readonly seconds?: number; readonly pause?: number }

/** Asks again until there is an answer that counts as true; what it came to be is part of the error otherwise. */
export async function until<T>(what: string, ask: () => Promise<T>, { seconds = 90, pause = 250 }: Patience = {}): Promise<NonNullable<T>> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  do {
    const answer = await ask().catch((error: unknown) => { last = error; });
    if (answer) return answer;
    await sleep(pause);
  } while (Date.now() < end);
  throw new Error(`after ${seconds} s still not: ${what}${last instanceof Error ? ` (${last.message})` : ''}`);
}

/** Asks again until the answer is the expected one; what it was at last is part of the error otherwise. */
export async function untilIs<T>(what: string, expected: T, ask: () => Promise<T>, patience?: Patience): Promise<void> {
  await until(what, async () => {
    const answer = await ask();
    if (!isDeepStrictEqual(answer, expected)) throw new Error(`${JSON.stringify(answer)} in place of ${JSON.stringify(expected)}`);
    return true;
  }, patience);
}

/** Waits while it is between two times of the day, in UTC: from `23:50` to `24:00`. */
export async function passOver(from: string, to: string): Promise<void> {
  const now = () => new Date().toISOString().slice('2026-01-01T'.length, '2026-01-01T00:00'.length);
  while (from <= now() && now() < to) await sleep(1000);
}

export { sleep };
