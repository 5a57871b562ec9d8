import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';

/** Seconds, from a read on an idle machine to the longest that a request may wait for the database. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How long requests take, by route. */
@Injectable()
export class HttpMetrics {
  private readonly duration: Histogram<'method' | 'route' | 'status'>;

  constructor(registry: MetricsRegistry) {
    this.duration = new Histogram({
      name: 'basketkeeper_http_request_duration_seconds',
      help: 'How long requests took, by the pattern of their route.',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers: [registry],
    });
  }

  /** A middleware, the first of all. */
  readonly observe = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const start = performance.now();
    response.once('finish', () => {
      const labels = { method: request.method, route: routeOf(request), status: response.statusCode };
      this.duration.observe(labels, (performance.now() - start) / 1_000);
    });
    next();
  };
}

/** Never the path itself: whoever asks for a thousand paths that don't exist must not make a thousand series. */
function routeOf(request: IncomingMessage): string {
  const { path } = (request as { route?: { path?: unknown } }).route ?? {};
  return typeof path === 'string' ? path : 'other';
}
