import { environment } from '@/lib/environment';
import { incidents, readReport, report, reportedToday } from '@/lib/incidents';
import { sign } from '@/lib/tokens';

export const dynamic = 'force-dynamic';

/** The latest 50, or those whose title has the word: `?like=door`. */
export async function GET(request: Request): Promise<Response> {
  const like = new URL(request.url).searchParams.get('like') ?? undefined;
  const [found, today] = await Promise.all([incidents(like), reportedToday()]);
  return Response.json({ incidents: found, reportedToday: today });
}

/** Reports one. The token in the answer lets its bearer resolve it. */
export async function POST(request: Request): Promise<Response> {
  const read = readReport(await request.json().catch(() => undefined));
  if ('fault' in read) return Response.json(read, { status: 400 });
  const incident = await report(read);
  return Response.json({ ...incident, token: sign({ sub: incident.reference }, environment().tokenKey) }, { status: 201 });
}
