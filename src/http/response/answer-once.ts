import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

/** The document follows from the code: it does not change while the process runs. */
const FIXED = /^\/api\/openapi\.(json|yaml)$/;

type Send = (error: null, payload: unknown) => void;

/**
 * Keeps what such a route has answered first, for everybody: Fastify's hook `onRoute`.
 *
 * `@nestjs/swagger` would make the text of the document anew for each request.
 */
export function answerOnce(route: RouteOptions): void {
  if (!FIXED.test(route.url)) return;
  let kept: { text: string; type: unknown } | undefined;
  const answerKept = (_request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (!kept) return done();
    reply.header('content-type', kept.type).send(kept.text);
  };
  const keep = (_request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Send): void => {
    const isWhole = reply.statusCode === 200 && typeof payload === 'string';
    if (isWhole) kept ??= { text: payload, type: reply.getHeader('content-type') };
    done(null, payload);
  };
  route.preHandler = [...[route.preHandler ?? []].flat(), answerKept];
  // First: the others compress it, or answer 304.
  route.onSend = [keep, ...[route.onSend ?? []].flat()];
}
