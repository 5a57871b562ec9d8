import { HttpException } from '@nestjs/common';
import { isDatabaseUnavailable } from './database-unavailable.js';
import { Problem } from './problem.js';
import type { ProblemType } from './problem-types.js';

/** Fastify's errors that the client can correct, by code. */
const FASTIFY_PROBLEMS: Record<string, [ProblemType, string]> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed-json', 'Send a body that parses as JSON.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'Send a smaller body.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'Send the body as application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid-input', 'The body does not match Content-Length.'],
  FST_ERR_BAD_URL: ['invalid-input', 'The path is not properly encoded.'],
};

/**
 * Converts a thrown value to a problem. An unexpected error becomes an `internal-error` without
 * details.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Nest wraps the errors of Fastify.
  const cause = error instanceof HttpException ? error.cause : error;
  const { code = '', statusCode } = (cause ?? {}) as { code?: string; statusCode?: number };
  const known = FASTIFY_PROBLEMS[code];
  if (known) return new Problem(known[0], known[1], {}, { cause });
  // Fastify uses this status if the connection fails while it reads the body.
  if (statusCode === 400) return new Problem('invalid-input', 'The body could not be read.', {}, { cause });
  if (isDatabaseUnavailable(error)) return databaseUnavailable(error);
  if (error instanceof HttpException) return fromHttpException(error);
  return internalError(error);
}

/**
 * Creates a problem that does not claim that nothing was changed.
 *
 * The response to a COMMIT can be lost after the change. Only a repetition with the same key is
 * safe. A request without a connection has changed nothing, but an earlier attempt may have.
 */
function databaseUnavailable(cause: unknown): Problem {
  const detail =
    'The change may have been made. Send the request again in a few seconds, with the same Idempotency-Key if it has one.';
  return new Problem('database-unavailable', detail, {}, { cause, headers: { 'Retry-After': '2' } });
}

function fromHttpException(error: HttpException): Problem {
  switch (error.getStatus()) {
    case 404:
      return new Problem('not-found', 'No route has this method and path.');
    case 400:
      return new Problem('invalid-input', error.message, {}, { cause: error });
    case 503:
      return databaseUnavailable(error);
    default:
      return internalError(error);
  }
}

function internalError(cause: unknown): Problem {
  return new Problem('internal-error', 'The error is in the log under this request id.', {}, { cause });
}
