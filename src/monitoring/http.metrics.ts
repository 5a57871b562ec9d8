import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import { MetricsRegistry } from './metrics-registry.js';

type Label = 'method' | 'route' | 'status';

/** In seconds, from a read on an idle machine to the longest wait for the database. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Measures the duration of requests by the pattern of their route.
 *
 * Unknown paths share one series: a client can request any number of them.
 */
@Injectable()
export class HttpMetrics {
  private readonly duration: Histogram<Label>;
  private readonly aborted: Counter<'method' | 'route'>;

  constructor(registry: MetricsRegistry) {
    this.duration = new Histogram({
      name: 'basketkeeper_http_request_duration_seconds',
      help: 'Duration of requests, by the pattern of their route.',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers: [registry],
    });
    this.aborted = new Counter({
      name: 'basketkeeper_http_requests_aborted_total',
      help: 'Requests whose connection closed before the response was sent, by the pattern of their route.',
      labelNames: ['method', 'route'],
      registers: [registry],
    });
  }

  /** A hook `onRoute` of Fastify. */
  readonly observeRoute = (route: RouteOptions): void => {
    route.onResponse = [...[route.onResponse ?? []].flat(), this.observer(route.url)];
  };

  /** A hook `onResponse` of Fastify, for requests without a route. */
  readonly observeUnrouted = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (request.is404) this.childOf(request.method, 'other', reply.statusCode).observe(secondsOf(reply));
    done();
  };

  /**
   * A hook `onRequest` of Fastify.
   *
   * An aborted request has no `onResponse`, and `onRequestAbort` does not run after the body has
   * been read.
   */
  readonly watchAborted = (request: FastifyRequest, { raw }: FastifyReply, done: () => void): void => {
    raw.on('close', () => {
      if (!raw.writableFinished) this.countAborted(request);
    });
    done();
  };

  private countAborted({ is404, method, routeOptions }: FastifyRequest): void {
    this.aborted.inc({ method, route: is404 ? 'other' : routeOptions.url });
  }

  /**
   * Caches the series of the route, because finding a series by its labels takes longer than
   * counting.
   */
  private observer(route: string) {
    const children = new Map<string, Histogram.Internal<Label>>();
    return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      const key = `${request.method} ${reply.statusCode}`;
      let child = children.get(key);
      if (!child) {
        child = this.childOf(request.method, route, reply.statusCode);
        children.set(key, child);
      }
      child.observe(secondsOf(reply));
      done();
    };
  }

  private childOf(method: string, route: string, status: number): Histogram.Internal<Label> {
    return this.duration.labels({ method, route, status });
  }
}

function secondsOf({ elapsedTime }: FastifyReply): number {
  return elapsedTime / 1_000;
}
