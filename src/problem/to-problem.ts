import { HttpException } from '@nestjs/common';
import { isDatabaseAway } from './database-away.js';
import { Problem } from './problem.js';

/** Turns whatever was thrown into a problem; what nobody expected becomes an `internal-error` that says nothing. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseAway(error)) return databaseUnavailable(error);
  if (error instanceof URIError) return new Problem('invalid-input', 'The path is not properly encoded.');
  if (error instanceof HttpException) return fromHttpException(error);
  return new Problem(
    'internal-error',
    'The error is in the log under this request id.',
    {},
    { cause: error },
  );
}

/**
 * The answer to a COMMIT may be lost after the change was done. Only a repetition with the same key is safe. Without a
 * connection this request was not done, but an earlier attempt may have been.
 */
function databaseUnavailable(cause: unknown): Problem {
  const detail =
    'It may have been done all the same. Send it again in a few seconds, with the same Idempotency-Key if it has one.';
  return new Problem('database-unavailable', detail, {}, { cause, headers: { 'Retry-After': '2' } });
}

function fromHttpException(error: HttpException): Problem {
  switch (error.getStatus()) {
    case 404:
      return new Problem('not-found', 'There is nothing under this method and path.');
    case 400:
      return new Problem('invalid-input', error.message, {}, { cause: error });
    case 503:
      return databaseUnavailable(error);
    default:
      return new Problem(
        'internal-error',
        'The error is in the log under this request id.',
        {},
        { cause: error },
      );
  }
}
