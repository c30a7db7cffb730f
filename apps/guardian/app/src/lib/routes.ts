/** The routes by which requests are counted. Whatever else is asked for is one: strangers must not be able to add labels. */
const ROUTES: readonly (readonly [pattern: RegExp, route: string])[] = [
  [/^\/$/, '/'],
  [/^\/api\/(live|health|ready|metrics|incidents)\/?$/, '/api/$1'],
  [/^\/api\/incidents\/[^/]+\/?$/, '/api/incidents/:reference'],
  [/^\/_next\//, '/_next'],
];

export function routeOf(url: string): string {
  const path = url.split('?')[0]!;
  for (const [pattern, route] of ROUTES) {
    const found = pattern.exec(path);
    if (found) return route.replace('$1', found[1] ?? '');
  }
  return 'other';
}
