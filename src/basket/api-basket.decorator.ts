import { ApiHeader } from '@nestjs/swagger';
import { apiHeaders } from '../http/response/api-headers.js';
import { PRINTABLE_PATTERN } from '../http/input/printable.js';
import { MAX_KEY_LENGTH } from './change/conditions.decorator.js';
import { KEY_TTL_HOURS } from './change/idempotency.js';
import { BODY_PROBLEMS } from '../problem/api-problems.decorator.js';

/** The problems that every change of a basket can answer with. */
export const CHANGE_PROBLEMS = [
  ...BODY_PROBLEMS,
  'session-replaced',
  'precondition-failed',
  'overloaded',
] as const;

/** The headers of an answer with a basket. */
export const BASKET_HEADERS = apiHeaders('ETag');

/** The same where a guest's first write creates the session. */
export const FIRST_BASKET_HEADERS = apiHeaders('ETag', 'Set-Cookie');

/** The same where `Location` leads to the basket. */
export const CREATED_BASKET_HEADERS = apiHeaders('ETag', 'Location', 'Set-Cookie');

export function ApiIfMatch(): MethodDecorator {
  return ApiHeader({
    name: 'If-Match',
    required: false,
    // No example: the explorer would send it.
    schema: { type: 'string', minLength: 1 },
    description:
      'The `ETag` of the basket that the shopper saw; when it has changed since, the answer is 412.',
  });
}

export function ApiIdempotencyKey(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: MAX_KEY_LENGTH,
      pattern: PRINTABLE_PATTERN,
    },
    description: `A name of your own for this request, 1 to ${MAX_KEY_LENGTH} characters. Sent again within ${KEY_TTL_HOURS} hours, also after a login, it changes nothing and answers as the first time, with the basket as it is now and the header \`Idempotency-Replayed: true\`.`,
  });
}
