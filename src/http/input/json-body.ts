import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { Problem } from '../../problem/problem.js';
import { invalidInput } from './validation.pipe.js';
import { isDeeperThan } from './json-depth.js';

/** Bytes, far more than any body of this API needs. */
export const BODY_LIMIT = 16_384;

/** No body of this API holds more than plain members; what is deeper would only keep the validation busy. */
const MAX_DEPTH = 4;

type Done = (error: Error | null, body?: unknown) => void;

/**
 * Accepts JSON in UTF-8 and no body of another type.
 *
 * A form of another site can send other types without a preflight, with the visitor's cookie. Fastify's own parser refuses an
 * empty body and accepts any charset and any depth; it does parse here, and refuses `__proto__`.
 */
export function parseOnlyJson(instance: FastifyInstance): void {
  const parse = instance.getDefaultJsonParser('error', 'ignore');
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (request, text: string, done: Done) => {
      assertUtf8(request);
      // A client may say the type of a body that it does not send.
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
 * Lets a client compress the body that it sends: Fastify's hook `onRoute`, for `@fastify/compress`. The limit is that of the
 * decompressed body.
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
  // The validation would skip it, for every object has it.
  if (Object.hasOwn(body, 'constructor')) return unexpectedMember('constructor');
  if (isDeeperThan(MAX_DEPTH, body))
    return new Problem('invalid-input', `Send a body that is nested at most ${MAX_DEPTH} deep.`);
  return null;
}

function unexpectedMember(field: string): Problem {
  return invalidInput([{ field, message: `property ${field} should not exist` }]);
}

/**
 * Says whether a body is JSON though Fastify's parser has refused it.
 * Then a poisoned prototype was the reason.
 */
function isPrototypePoisoned(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return true;
  } catch {
    return false;
  }
}
