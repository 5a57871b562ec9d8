import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

/** The routes of the OpenAPI document, which does not change while the process runs. */
const DOCUMENT = /^\/api\/openapi\.(json|yaml)$/;

type Send = (error: null, payload: unknown) => void;

/**
 * Caches the first response of such a route for all clients. A hook `onRoute` of Fastify.
 *
 * `@nestjs/swagger` would serialise the document for each request.
 */
export function cacheDocument(route: RouteOptions): void {
  if (!DOCUMENT.test(route.url)) return;
  let cached: { text: string; type: unknown } | undefined;
  const sendCached = (_request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (!cached) return done();
    reply.header('content-type', cached.type).send(cached.text);
  };
  const storeResponse = (
    _request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    done: Send,
  ): void => {
    const isWhole = reply.statusCode === 200 && typeof payload === 'string';
    if (isWhole) cached ??= { text: payload, type: reply.getHeader('content-type') };
    done(null, payload);
  };
  route.preHandler = [...[route.preHandler ?? []].flat(), sendCached];
  // First: the other hooks compress the text or answer 304.
  route.onSend = [storeResponse, ...[route.onSend ?? []].flat()];
}
