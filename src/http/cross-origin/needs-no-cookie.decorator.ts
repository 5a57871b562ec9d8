import { ExtendRouteConfig } from '../input/route-config.decorator.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    needsNoCookie?: boolean;
  }
}

/** Marks a write that works without cookie and token, also for a page on another site. */
export function NeedsNoCookie(): MethodDecorator {
  return ExtendRouteConfig({ needsNoCookie: true });
}
