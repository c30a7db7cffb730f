export const dynamic = 'force-dynamic';

/** Whether the process answers. It looks at nothing else: another start would not bring a database back. */
export function GET(): Response {
  return Response.json({ live: true });
}
