import { HttpException } from '@nestjs/common';
import { isDatabaseAway } from './database-away.js';
import type { ProblemType } from './problem-types.js';
import { Problem } from './problem.js';

/** The errors of Express's body parser that the client can do something about, by their `type`. */
const BODY_PROBLEMS: Record<string, [ProblemType, string]> = {
  'entity.parse.failed': ['malformed-json', 'Send a body that parses as JSON.'],
  'entity.too.large': ['body-too-large', 'Send a smaller body.'],
  'encoding.unsupported': ['unsupported-media-type', 'Send the body without a content encoding.'],
  'charset.unsupported': ['unsupported-media-type', 'Send the body in UTF-8.'],
  'request.aborted': ['invalid-input', 'The body ended before its announced length.'],
  'request.size.invalid': ['invalid-input', 'The body has not its announced length.'],
};

/** Turns whatever was thrown into a problem; what nobody expected becomes an `internal-error` that says nothing. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseAway(error)) return databaseUnavailable(error);
  const known = BODY_PROBLEMS[(error as { type?: string } | null)?.type ?? ''];
  if (known) return new Problem(known[0], known[1], {}, { cause: error });
  if (error instanceof URIError) return new Problem('invalid-input', 'The path is not properly encoded.');
  if (error instanceof HttpException) return fromHttpException(error);
  return new Problem(
    'internal-error',
    'The error is in the log under this request id.',
    {},
    { cause: error },
  );
}

function databaseUnavailable(cause: unknown): Problem {
  const detail = 'Try again in a few seconds; nothing was changed.';
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
