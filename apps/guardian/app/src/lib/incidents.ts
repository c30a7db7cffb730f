import { Severity, type Incident } from '@generated/prisma/client';
import { database } from '@/lib/database';
import { metrics } from '@/lib/metrics';
import { redis } from '@/lib/redis';

export interface Report { readonly title: string; readonly severity: Severity; readonly reporter: string }

/** What somebody sent, or why it is no report. */
export function readReport(input: unknown): Report | { readonly fault: string } {
  const { title, severity, reporter } = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  if (!isLine(title, 200)) return { fault: 'title: 1 to 200 characters' };
  if (!isLine(reporter, 100)) return { fault: 'reporter: 1 to 100 characters' };
  if (!Object.hasOwn(Severity, String(severity))) return { fault: `severity: one of ${Object.keys(Severity).join(', ')}` };
  return { title: title.trim(), severity: severity as Severity, reporter: reporter.trim() };
}

function isLine(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= longest;
}

export async function report(incident: Report): Promise<Incident> {
  const made = await database().incident.create({ data: incident });
  metrics().reported.inc();
  // The number of a day is forgotten after two, and missing where Redis is: neither is worth failing for.
  const key = dayKey();
  await redis().multi().incr(key).expire(key, 2 * 86_400).exec().catch(() => undefined);
  return made;
}

/** How many were reported today, as far as Redis knows. */
export async function reportedToday(): Promise<number> {
  return Number(await redis().get(dayKey()).catch(() => 0));
}

export function incidents(like?: string): Promise<Incident[]> {
  return database().incident.findMany({
    where: like ? { title: { contains: like, mode: 'insensitive' } } : {},
    orderBy: { id: 'desc' }, take: 50,
  });
}

/** @returns how many were open and now are not: one or none. */
export async function resolve(reference: string): Promise<number> {
  const { count } = await database().incident.updateMany({ where: { reference, resolvedAt: null }, data: { resolvedAt: new Date() } });
  return count;
}

function dayKey(): string {
  return `reported:${new Date().toISOString().slice(0, 10)}`;
}
