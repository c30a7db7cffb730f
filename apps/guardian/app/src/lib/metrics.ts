import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { once } from '@/lib/once';
import { routeOf } from '@/lib/routes';

interface Metrics {
  readonly registry: Registry;
  readonly duration: Histogram<'method' | 'route' | 'status'>;
  readonly reported: Counter;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export const metrics = (): Metrics => once('metrics', () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    duration: new Histogram({
      name: 'http_request_duration_seconds', help: 'How long requests took.', registers: [registry],
      labelNames: ['method', 'route', 'status'],
      // The objective is 200 ms: finer around it.
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 10],
    }),
    reported: new Counter({ name: 'guardian_incidents_reported_total', help: 'Incidents that were reported here.', registers: [registry] }),
  };
});

/** Measures every request of the process but for those of probes, by what Node.js itself tells of its servers: pages and files as well. */
export function measureRequests(): void {
  const began = new WeakMap<IncomingMessage, number>();
  subscribe('http.server.request.start', message => {
    began.set((message as { request: IncomingMessage }).request, performance.now());
  });
  subscribe('http.server.response.finish', message => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const start = began.get(request);
    const route = routeOf(request.url ?? '');
    if (start === undefined || route === undefined) return;
    const method = METHODS.includes(request.method ?? '') ? request.method! : 'other';
    metrics().duration.observe({ method, route, status: response.statusCode }, (performance.now() - start) / 1000);
  });
}
