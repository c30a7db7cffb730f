import { getHeapStatistics } from 'node:v8';
import { failedOf, runChecks } from '@/lib/checks';

export const dynamic = 'force-dynamic';

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

/** How everything is, for people and dashboards. What routes requests asks `/api/ready`. */
export async function GET(): Promise<Response> {
  const began = performance.now();
  const checks = await runChecks();
  const { rss, heapUsed } = process.memoryUsage();
  return Response.json({
    status: failedOf(checks).length === 0 ? 'ok' : 'degraded',
    checks,
    responseTimeMs: Math.round(performance.now() - began),
    memoryMb: { resident: megabytes(rss), heapUsed: megabytes(heapUsed), heapLimit: megabytes(getHeapStatistics().heap_size_limit) },
    uptimeSeconds: Math.round(process.uptime()),
  }, { headers: { 'cache-control': 'no-store' } });
}
