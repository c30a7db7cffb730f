/** Runs once, before the server takes requests. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const [{ environment }, { measureRequests }] = await Promise.all([import('@/lib/environment'), import('@/lib/metrics')]);
  environment();
  measureRequests();
}
