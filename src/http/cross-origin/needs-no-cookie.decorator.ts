import { RouteConfig } from '@nestjs/platform-fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    needsNoCookie?: boolean;
  }
}

/** Marks a write that works for a page of another site, without the cookie and without a token. */
export function NeedsNoCookie(): MethodDecorator {
  return RouteConfig({ needsNoCookie: true });
}
