import { database } from '@/lib/database';
import { redis } from '@/lib/redis';

/** What Guardian cannot work without; `api` is the question that its own interface asks first. */
const CHECKS = {
  database: () => database().$queryRaw`SELECT 1`,
  redis: () => redis().ping(),
  api: () => database().incident.findFirst({ select: { id: true } }),
} as const;

export type CheckName = keyof typeof CHECKS;
export interface CheckResult { readonly ok: boolean; readonly milliseconds: number }

/** A check that takes longer has failed. */
const PATIENCE = 3000;

/** All checks at once. Why one failed is in the log, not in the answer: it names hosts. */
export async function runChecks(): Promise<Readonly<Record<CheckName, CheckResult>>> {
  const results = await Promise.all(Object.entries(CHECKS).map(async ([name, check]) => {
    const began = performance.now();
    const ok = await within(PATIENCE, Promise.resolve(check())).then(() => true, (error: Error) => {
      console.error(`check ${name}: ${error.message.trim().split('\n').at(-1)}`);
      return false;
    });
    return [name, { ok, milliseconds: Math.round(performance.now() - began) }] as const;
  }));
  return Object.fromEntries(results) as Record<CheckName, CheckResult>;
}

export function failedOf(results: Readonly<Record<string, CheckResult>>): readonly string[] {
  return Object.keys(results).filter(name => !results[name]!.ok);
}

function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const end = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds); });
  return Promise.race([answer, end]).finally(() => clearTimeout(timer));
}
