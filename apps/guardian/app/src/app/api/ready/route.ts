import { failedOf, runChecks } from '@/lib/checks';

export const dynamic = 'force-dynamic';

/** Whether requests should come here. */
export async function GET(): Promise<Response> {
  const failed = failedOf(await runChecks());
  return failed.length === 0 ? Response.json({ ready: true }) : Response.json({ ready: false, failed }, { status: 503 });
}
