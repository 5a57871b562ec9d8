/**
 * Every error this API answers, by its `type` (`/problems/<name>`), with its status and title.
 *
 * RFC 9457: the type is the contract, the title is for people, the detail says what to do about this one.
 */
export const PROBLEMS = {
  'invalid-input': [400, 'The request is not valid'],
  'malformed-json': [400, 'The body is not valid JSON'],
  'malformed-request': [400, 'The request is not valid HTTP'],
  'insecure-connection': [400, 'The connection is not secure'],
  'invalid-credentials': [401, 'Email or password is wrong'],
  'invalid-token': [401, 'The access token is not valid'],
  'login-required': [401, 'A login is required'],
  forbidden: [403, 'Not allowed'],
  'foreign-origin': [403, 'The page is of another site'],
  'not-found': [404, 'Not found'],
  'unknown-product': [404, 'No such product'],
  'unknown-basket': [404, 'No such basket'],
  'unknown-order': [404, 'No such order'],
  'method-not-allowed': [405, 'The path does not know this method'],
  'basket-frozen': [409, 'The basket is frozen'],
  'clock-differs': [409, 'The clocks differ'],
  'cleanup-running': [409, 'A cleanup is under way'],
  'email-taken': [409, 'The email address is taken'],
  'empty-basket': [409, 'The basket is empty'],
  'insufficient-stock': [409, 'Not enough in stock'],
  'quantity-limit': [409, 'Too many'],
  'session-expired': [409, 'The session has expired'],
  'session-replaced': [409, 'The session was replaced'],
  'total-changed': [409, 'The total has changed'],
  unavailable: [409, 'The product is not for sale'],
  'too-slow': [408, 'The request took too long'],
  'precondition-failed': [412, 'The basket has changed'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'expectation-failed': [417, 'The expectation cannot be met'],
  'unknown-sku': [422, 'No such product for sale'],
  'idempotency-key-reused': [422, 'The idempotency key belongs to another request'],
  'too-many-guests': [429, 'Too many new guests'],
  'too-many-logins': [429, 'Too many failed logins'],
  'too-many-registrations': [429, 'Too many registrations'],
  'headers-too-large': [431, 'The headers are too large'],
  'internal-error': [500, 'Something went wrong'],
  overloaded: [503, 'Too many at once'],
  stopping: [503, 'The process is stopping'],
  'database-unavailable': [503, 'The database is away'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemType = keyof typeof PROBLEMS;
