/**
 * All problems of this API by their `type` (`/problems/<name>`), with status and title.
 *
 * The type is the contract, the title is for people, and the detail says how to continue (RFC
 * 9457).
 */
export const PROBLEMS = {
  'invalid-input': [400, 'The request is not valid'],
  'malformed-json': [400, 'The body is not valid JSON'],
  'malformed-request': [400, 'The request is not valid HTTP'],
  'insecure-connection': [400, 'The connection is not secure'],
  'invalid-credentials': [401, 'Email or password is wrong'],
  'invalid-token': [401, 'The access token is not valid'],
  'login-required': [401, 'A login is required'],
  forbidden: [403, 'The sender is not allowed to do this'],
  'insufficient-scope': [403, 'The API key does not have the scope'],
  'foreign-origin': [403, 'The request comes from another site'],
  'cross-site-cookie': [403, 'The session cookie does not work across sites'],
  'not-found': [404, 'Not found'],
  'unknown-product': [404, 'The product does not exist'],
  'unknown-basket': [404, 'The basket does not exist'],
  'unknown-order': [404, 'The order does not exist'],
  'method-not-allowed': [405, 'The path does not allow this method'],
  'basket-ambiguous': [409, 'Several baskets could be meant'],
  'basket-frozen': [409, 'The basket is frozen'],
  'changes-refused': [409, 'The changes are refused'],
  'clock-differs': [409, 'The clocks differ'],
  'cleanup-running': [409, 'A cleanup is already running'],
  'email-taken': [409, 'The email address is already in use'],
  'empty-basket': [409, 'The basket is empty'],
  'insufficient-stock': [409, 'The stock is too small'],
  'quantity-limit': [409, 'The quantity limit is exceeded'],
  'session-expired': [409, 'The session has expired'],
  'session-replaced': [409, 'The session was replaced'],
  'total-changed': [409, 'The total has changed'],
  unavailable: [409, 'The product is not for sale'],
  'too-slow': [408, 'The request took too long'],
  'precondition-failed': [412, 'The basket has changed'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'expectation-failed': [417, 'The expectation cannot be met'],
  'unknown-sku': [422, 'No product for sale has this sku'],
  'quantity-rule': [422, 'The quantity rule of a product is broken'],
  'idempotency-key-reused': [422, 'The idempotency key belongs to another request'],
  'too-many-guests': [429, 'Too many new guests'],
  'too-many-logins': [429, 'Too many failed logins'],
  'too-many-registrations': [429, 'Too many registrations'],
  'headers-too-large': [431, 'The headers are too large'],
  'internal-error': [500, 'An internal error occurred'],
  'migration-pending': [503, 'The database is not completely migrated'],
  overloaded: [503, 'Too many requests at once'],
  stopping: [503, 'The process is stopping'],
  'database-unavailable': [503, 'The database is unavailable'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemType = keyof typeof PROBLEMS;

/**
 * The types with a second status. `quantity-rule` is 422 for a change of a line, and 409 for a step
 * of the checkout.
 */
export const SECOND_STATUS: Partial<Record<ProblemType, number>> = { 'quantity-rule': 409 };
