import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { createHash } from 'node:crypto';

/** What is the same for everybody, and is not a page: products, the document and its explorer. */
const PUBLIC = /^\/api\/(products|docs|openapi)\b/;

type Send = (error: null, payload: unknown) => void;

/**
 * Lets everybody keep public answers, ask for changes by `If-None-Match`, and get them compressed: Fastify's hook `onRoute`.
 *
 * `@fastify/etag` would tag every answer, and answer 304 for a basket whose prices have changed. A proxy compresses what is
 * not public: an answer with secrets should not be compressed together with what a stranger can choose (BREACH).
 */
export function allowPublicCaching(route: RouteOptions): void {
  // False spares the other routes the plugin's hook.
  route.compress = PUBLIC.test(route.url) && {};
  if (!route.compress) return;
  // First: to HEAD, the next one sends nothing.
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

/** A weak comparison, RFC 9110: a proxy that compresses may have changed the strength of the tag. */
function isKnown(header: string | undefined, tag: string): boolean {
  const opaque = (text: string) => text.trim().replace(/^W\//, '');
  return header?.split(',').some((known) => known.trim() === '*' || opaque(known) === opaque(tag)) ?? false;
}
