import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { Problem } from '../../problem/problem.js';
import { invalidInput } from './validation.pipe.js';
import { isDeeperThan } from './json-depth.js';

/** In bytes. Far more than most bodies need. `BodyLimit` allows more on a route. */
export const BODY_LIMIT = 16_384;

/** No body of this API is deeper. A deep body would only cost validation time. */
const MAX_DEPTH = 4;

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Accepts only JSON in UTF-8.
 *
 * A form on another site can send other types without a preflight, with the visitor's cookie.
 * Fastify's parser does the parsing and refuses `__proto__`. By itself it also refuses an empty
 * body, and accepts any charset and any depth. See docs/decisions/07-nest-on-fastify.md.
 */
export function parseOnlyJson(instance: FastifyInstance): void {
  const parse = instance.getDefaultJsonParser('error', 'ignore');
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (request, text: string, done: Done) => {
      assertUtf8(request);
      // A client may send a Content-Type without a body.
      if (text === '') return done(null);
      return parse(request, text, (error, body) => {
        if (error) done(isPrototypePoisoned(text) ? unexpectedMember('__proto__') : error);
        else done(rejectUnsafeBody(body), body);
      });
    },
  );
  instance.addContentTypeParser('*', (request: FastifyRequest, _payload: unknown, done: Done) => {
    if (request.headers['content-length'] === '0') return done(null);
    done(new Problem('unsupported-media-type', 'Send the body as application/json.'));
  });
}

/**
 * Lets clients compress request bodies. A hook `onRoute` for `@fastify/compress`.
 *
 * The body limit applies to the decompressed body.
 */
export function decompressBody(route: RouteOptions): void {
  if (route.method === 'GET' || route.method === 'HEAD') return;
  route.decompress = {
    requestEncodings: ['br', 'gzip', 'deflate', 'identity'],
    onUnsupportedRequestEncoding: () =>
      new Problem('unsupported-media-type', 'Send the body without a content encoding.'),
    onInvalidRequestPayload: () =>
      new Problem('invalid-input', 'The body does not match its Content-Encoding.'),
  };
}

function assertUtf8({ headers }: FastifyRequest): void {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headers['content-type'] ?? '') ?? [];
  if (!/^utf-?8$/i.test(charset)) throw new Problem('unsupported-media-type', 'Send the body in UTF-8.');
}

function rejectUnsafeBody(body: unknown): Problem | null {
  if (typeof body !== 'object' || body === null)
    return new Problem('invalid-input', 'Send a JSON object as the body.');
  // class-validator would not report this member, because every object inherits it.
  if (Object.hasOwn(body, 'constructor')) return unexpectedMember('constructor');
  if (isDeeperThan(MAX_DEPTH, body))
    return new Problem('invalid-input', `Send a body with at most ${MAX_DEPTH} levels of nesting.`);
  return null;
}

function unexpectedMember(field: string): Problem {
  return invalidInput([{ field, message: `property ${field} should not exist` }]);
}

/**
 * Says whether a body is valid JSON although Fastify's parser has refused it. The reason is then a
 * poisoned prototype.
 */
function isPrototypePoisoned(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return true;
  } catch {
    return false;
  }
}
