import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until there is an answer that counts as true; what it came to be is part of the error otherwise. */
export async function until<T>(what: string, ask: () => Promise<T>, { seconds = 30, pause = 250 } = {}): Promise<NonNullable<T>> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  do {
    const answer = await ask().catch((error: unknown) => { last = error; });
    if (answer) return answer;
    await sleep(pause);
  } while (Date.now() < end);
  throw new Error(`after ${seconds} s still not: ${what}${last instanceof Error ? ` (${last.message})` : ''}`);
}

export { sleep };
