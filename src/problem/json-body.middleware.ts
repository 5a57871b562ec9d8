import type { NextFunction, Request, Response } from 'express';
import type { ProblemType } from './problem-types.js';
import { isDeeperThan } from './json-depth.js';
import { Problem } from './problem.js';
import { invalidInput } from './validation.pipe.js';

/** Far more than any body of this API needs. */
export const BODY_LIMIT = '16kb';

/** No body of this API holds more than plain members; what is deeper would only keep the validation busy. */
const MOST_DEPTH = 4;

/**
 * Refuses a body that is not `application/json`.
 *
 * A form of another site can send every other type without asking first (the CORS preflight), with the visitor's cookie.
 */
export function requireJsonBody(request: Request, _response: Response, next: NextFunction): void {
  // `is` answers null for a request without a body.
  if (request.is('application/json') === false && request.headers['content-length'] !== '0') {
    throw new Problem('unsupported-media-type', 'Send the body as application/json.');
  }
  next();
}

/** The errors of Express's body parser that the client can do something about, by their `type`. */
const PARSER_PROBLEMS: Record<string, [ProblemType, string]> = {
  'entity.parse.failed': ['malformed-json', 'Send a body that parses as JSON.'],
  'entity.too.large': ['body-too-large', 'Send a smaller body.'],
  'encoding.unsupported': ['unsupported-media-type', 'Send the body without a content encoding.'],
  'charset.unsupported': ['unsupported-media-type', 'Send the body in UTF-8.'],
  'request.aborted': ['invalid-input', 'The body ended before its announced length.'],
  'request.size.invalid': ['invalid-input', 'The body has not its announced length.'],
};

/** Names what the body parser refused, before Nest makes errors of its own of it. Express knows it by its four parameters. */
export function nameBodyProblem(
  error: { type?: string },
  _request: Request,
  _response: Response,
  next: NextFunction,
): void {
  const known = PARSER_PROBLEMS[error.type ?? ''];
  next(known ? new Problem(known[0], known[1], {}, { cause: error }) : error);
}

/** Members that the validation would pass over, for every object has them. */
const OF_EVERY_OBJECT = ['__proto__', 'constructor'];

/** Behind the parser. */
export function refuseOddBody(request: Request, _response: Response, next: NextFunction): void {
  const odd = OF_EVERY_OBJECT.find((name) => Object.hasOwn((request.body ?? {}) as object, name));
  if (odd) throw invalidInput([{ field: odd, message: `property ${odd} should not exist` }]);
  if (isDeeperThan(MOST_DEPTH, request.body)) {
    throw new Problem('invalid-input', `Send a body that is nested at most ${MOST_DEPTH} deep.`);
  }
  next();
}
