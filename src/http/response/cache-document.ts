import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

/** The document follows from the code: it does not change while the process runs. */
const DOCUMENT = /^\/api\/openapi\.(json|yaml)$/;

type Send = (error: null, payload: unknown) => void;

/**
 * Keeps what such a route has answered first, for everybody: Fastify's hook `onRoute`.
 *
 * `@nestjs/swagger` would make the text of the document anew for each request.
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
  // First: the others compress it, or answer 304.
  route.onSend = [storeResponse, ...[route.onSend ?? []].flat()];
}
