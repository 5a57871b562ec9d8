import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { createHash } from 'node:crypto';

/**
 * The routes whose responses are the same for everybody: products, the document and its explorer.
 * The pages are served elsewhere.
 */
const PUBLIC = /^\/api\/(products|docs|openapi)\b/;

type Send = (error: null, payload: unknown) => void;

/**
 * Lets clients revalidate public responses with `If-None-Match`, and compresses them. A hook
 * `onRoute` of Fastify.
 *
 * `@fastify/etag` would tag every response, and answer 304 for a basket whose prices have changed.
 * Private responses are not compressed: a stranger who can choose a part of a response could guess
 * its secrets from the compressed size (BREACH).
 */
export function allowPublicCaching(route: RouteOptions): void {
  // False: the hook of the plugin does not run for the other routes.
  route.compress = PUBLIC.test(route.url) && {};
  if (!route.compress) return;
  // First: the next hook drops the body of a response to HEAD.
  route.onSend = [sendOrNotModified, ...[route.onSend ?? []].flat()];
}

function sendOrNotModified(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Send): void {
  if (reply.statusCode !== 200) return done(null, payload);
  reply.header('cache-control', 'no-cache');
  if (typeof payload !== 'string') return done(null, payload);
  const tag = `W/"${createHash('sha1').update(payload).digest('base64url')}"`;
  reply.header('etag', tag);
  if (!isKnown(request.headers['if-none-match'], tag)) return done(null, payload);
  reply.code(304).removeHeader('content-length');
  done(null, null);
}

/** Compares weakly (RFC 9110), because a compressing proxy may have made the tag weak. */
function isKnown(header: string | undefined, tag: string): boolean {
  const opaque = (text: string) => text.trim().replace(/^W\//, '');
  return header?.split(',').some((known) => known.trim() === '*' || opaque(known) === opaque(tag)) ?? false;
}
