'use server';

import { refresh } from 'next/cache';
import { cookies } from 'next/headers';
import { environment } from '@/lib/environment';
import { readReport, report } from '@/lib/incidents';
import { SESSION } from '@/lib/session';
import { sign } from '@/lib/tokens';

/** Reports what the form says, and remembers who did. */
export async function reportIncident(_: string | undefined, form: FormData): Promise<string | undefined> {
  const read = readReport(Object.fromEntries(form));
  if ('fault' in read) return read.fault;
  await report(read);
  (await cookies()).set(SESSION, sign({ name: read.reporter }, environment().sessionKey), {
    httpOnly: true, sameSite: 'lax', secure: environment().isSecure, maxAge: 30 * 86_400,
  });
  refresh();
  return undefined;
}
