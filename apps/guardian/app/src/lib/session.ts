import { cookies } from 'next/headers';
import { environment } from '@/lib/environment';
import { verify } from '@/lib/tokens';

export const SESSION = 'guardian-session';

/** The name that a browser gave with its last report. */
export async function reporterName(): Promise<string> {
  const name = verify((await cookies()).get(SESSION)?.value ?? '', environment().sessionKey)?.['name'];
  return typeof name === 'string' ? name : '';
}
