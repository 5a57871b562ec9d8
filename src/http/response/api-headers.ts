import type { HeadersObject } from '@nestjs/swagger';

const TEXT = { type: 'string' };

/** The headers of answers that a client can use, as `#/components/headers` of the document has them. */
export const API_HEADERS = {
  'X-Request-Id': {
    description: 'The id of the request, also in the log.',
    schema: { type: 'string', format: 'uuid' },
  },
  Allow: {
    description: 'The methods of the path.',
    schema: { ...TEXT, example: 'GET, HEAD, OPTIONS' },
  },
  'Retry-After': {
    description: 'Seconds to wait before the next try.',
    schema: { type: 'integer', minimum: 1, example: 2 },
  },
  'WWW-Authenticate': {
    description: 'How to log in (RFC 9110).',
    schema: { ...TEXT, example: 'Bearer error="invalid_token"' },
  },
  ETag: {
    description: '`"<id>.<version>"`, or `"none"` without a basket.',
    schema: { ...TEXT, example: '"0195d3a4-6c1e-7b3a-9f52-3d1f0a7c8e41.3"' },
  },
  Location: {
    description: 'The path of what was created.',
    schema: { ...TEXT, format: 'uri-reference', example: '/api/basket' },
  },
  'Set-Cookie': {
    description: "The session's cookie: new, or cleared. A browser keeps it by itself.",
    schema: { ...TEXT, example: 'sid=s%3Aid.signature; Path=/; HttpOnly; SameSite=Lax' },
  },
  'Idempotency-Replayed': {
    description: 'The key was used before. Nothing was changed this time.',
    schema: { ...TEXT, const: 'true' },
  },
} satisfies Record<string, { description: string; schema: object }>;

export type ApiHeaderName = keyof typeof API_HEADERS;

/** The `headers` of a documented answer. */
export function apiHeaders(...names: ApiHeaderName[]): HeadersObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
