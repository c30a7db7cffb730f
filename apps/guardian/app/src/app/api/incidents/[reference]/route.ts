import { environment } from '@/lib/environment';
import { resolve } from '@/lib/incidents';
import { verify } from '@/lib/tokens';

export const dynamic = 'force-dynamic';

/** Resolves an incident, for who has the token that came with its report. */
export async function DELETE(request: Request, { params }: { params: Promise<{ reference: string }> }): Promise<Response> {
  const { reference } = await params;
  const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
  if (verify(token, environment().tokenKey)?.['sub'] !== reference) return Response.json({ fault: 'a token of this incident is missing' }, { status: 401 });
  return await resolve(reference) === 1 ? new Response(null, { status: 204 }) : Response.json({ fault: 'it is resolved already' }, { status: 409 });
}
