import type { RouteOptions } from 'fastify';
import { ExtendRouteConfig } from './route-config.decorator.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** In bytes. */
    bodyLimit?: number;
  }
}

/**
 * Allows larger bodies than `BODY_LIMIT` on a route. The limit is in bytes, also of the
 * decompressed body.
 */
export function BodyLimit(bytes: number): MethodDecorator {
  return ExtendRouteConfig({ bodyLimit: bytes });
}

/** Sets the limit of `BodyLimit`. A hook `onRoute` of Fastify. */
export function limitBody(route: RouteOptions): void {
  const bytes = route.config?.bodyLimit;
  if (bytes !== undefined) route.bodyLimit = bytes;
}
