/** The routes by which requests are counted. Whatever else is asked for is one: strangers must not be able to add labels. */
const ROUTES: readonly (readonly [pattern: RegExp, route: string])[] = [
  [/^\/$/, '/'],
  [/^\/api\/incidents\/?$/, '/api/incidents'],
  [/^\/api\/incidents\/[^/]+\/?$/, '/api/incidents/:reference'],
  [/^\/_next\//, '/_next'],
];

/** Asked by machines, every few seconds: among them what visitors suffer would not be seen. */
const PROBES = /^\/api\/(live|health|ready|metrics)\/?$/;

/** Nothing for what is not counted. */
export function routeOf(url: string): string | undefined {
  const path = url.split('?')[0]!;
  if (PROBES.test(path)) return undefined;
  return ROUTES.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}
