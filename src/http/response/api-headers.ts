import type { HeadersObject } from '@nestjs/swagger';

const TEXT = { type: 'string' };

/** The response headers that clients can use, as in `#/components/headers` of the document. */
export const API_HEADERS = {
  'X-Request-Id': {
    description: 'The id of the request, also in the log.',
    schema: { type: 'string', format: 'uuid' },
  },
  Allow: {
    description: 'The allowed methods of the path.',
    schema: { ...TEXT, example: 'GET, HEAD, OPTIONS' },
  },
  'Retry-After': {
    description: 'Seconds to wait before the next attempt.',
    schema: { type: 'integer', minimum: 1, example: 2 },
  },
  'WWW-Authenticate': {
    description: 'The authentication scheme (RFC 9110).',
    schema: { ...TEXT, example: 'Bearer error="invalid_token"' },
  },
  ETag: {
    description: '`"<id>.<version>"`, or `"none"` without a basket.',
    schema: { ...TEXT, example: '"0195d3a4-6c1e-7b3a-9f52-3d1f0a7c8e41.3"' },
  },
  Location: {
    description: 'The path of the created resource.',
    schema: { ...TEXT, format: 'uri-reference', example: '/api/basket' },
  },
  'Set-Cookie': {
    description: 'The session cookie, new or cleared. A browser stores it by itself.',
    schema: { ...TEXT, example: 'sid=s%3Aid.signature; Path=/; HttpOnly; SameSite=Lax' },
  },
  'Idempotency-Replayed': {
    description: 'An earlier request with the same key was done. This one has changed nothing.',
    schema: { ...TEXT, const: 'true' },
  },
} satisfies Record<string, { description: string; schema: object }>;

export type ApiHeaderName = keyof typeof API_HEADERS;

/** Returns the `headers` of a documented response. */
export function apiHeaders(...names: ApiHeaderName[]): HeadersObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
