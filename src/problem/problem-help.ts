import type { ProblemType } from './problem-types.js';

const LOG_IN = 'Log in with `POST /api/auth/login`, or send `Authorization: Bearer` with an access token.';
const READ_AGAIN =
  'Read the basket again, show it to the shopper, and send the request again if it is still wanted.';

/** The text of a problem's page: when it happens, and what a client does about it. */
export const PROBLEM_HELP: Record<ProblemType, string> = {
  'invalid-input':
    'A parameter, a header or a member of the body is missing, unknown or out of range. `errors` names each of them. Correct the request.',
  'malformed-json': 'The body does not parse as JSON. Correct the request.',
  'malformed-request':
    'The request is not valid HTTP, or has no or two `Host` headers. Correct the client or the proxy.',
  'insecure-connection':
    'The session cookie is sent over https only, and this request came over http. Use https. Behind a proxy that ends TLS, set TRUST_PROXY.',
  'invalid-credentials': 'No user has this email address and this password. Ask for both again.',
  'invalid-token':
    'The access token is expired, revoked or not of this shop. Get a new one with `POST /api/auth/refresh`, or log in again.',
  'login-required': `The request needs a user. ${LOG_IN}`,
  forbidden: 'The user may not do this. Only admins of the shop may.',
  'foreign-origin':
    'The page that sent the request is of another site. The shop allows other origins by ALLOWED_ORIGINS. A proxy must pass on `Host`.',
  'cross-site-cookie':
    'The page is of another site. The shop allows its origin, but browsers do not send the session cookie from there, so the basket would be lost. Serve the page and the API from one site, such as `www.shop.example` and `api.shop.example`. Or log in with `POST /api/auth/login`, and send its `accessToken` as `Authorization: Bearer`.',
  'not-found': 'Nothing is under this path. Compare it with the document at `/api/openapi.json`.',
  'unknown-product': 'No product has this sku.',
  'unknown-basket': 'No basket has this id, or it is not open for this request.',
  'unknown-order': 'This visitor has no order with this id.',
  'method-not-allowed': 'The path is known, but not with this method. `Allow` names the methods.',
  'basket-frozen':
    'The basket is frozen for a payment. Thaw it with `POST /api/basket/thaw`, or wait for the payment.',
  'clock-differs':
    'The clocks of the database and of this process differ by more than a minute, and either may be wrong. No cleanup runs until they agree.',
  'cleanup-running': 'A cleanup is already under way on this instance. Look at its row in the list of runs.',
  'email-taken': 'Another user has this email address. Log in, or use another address.',
  'empty-basket': 'The basket has no lines. Add a product first.',
  'insufficient-stock': `The stock is smaller than the quantity. \`available\` says how much there is. ${READ_AGAIN}`,
  'quantity-limit': 'A line or the basket may not hold so many. `limit` says how many it may.',
  'session-expired': 'The session of the guest has ended, so the basket can not be opened again.',
  'session-replaced':
    'A login, in another tab perhaps, has replaced the session meanwhile. Send the request again: the browser has the new cookie.',
  'total-changed': `The total is not the expected one. ${READ_AGAIN}`,
  unavailable: `The product is not for sale any more. ${READ_AGAIN}`,
  'too-slow': 'The request did not arrive completely in time. Send it again.',
  'precondition-failed': `The basket has changed since the \`ETag\` of \`If-Match\`. ${READ_AGAIN}`,
  'body-too-large': 'The body is larger than 16 kB. Send a smaller one.',
  'unsupported-media-type':
    'The body must be `application/json` in UTF-8, plain or encoded as gzip, deflate or br.',
  'expectation-failed': 'The server knows no `Expect` but `100-continue`.',
  'unknown-sku': 'No product for sale has this sku.',
  'idempotency-key-reused':
    'Another request has used this `Idempotency-Key`. Use a new key for a new request.',
  'too-many-guests':
    'The network of this visitor has created too many sessions in this minute. Wait as long as `Retry-After` says.',
  'too-many-logins': 'Too many logins have failed. Wait as long as `Retry-After` says.',
  'too-many-registrations':
    'Too many users were registered from this network. Wait as long as `Retry-After` says.',
  'headers-too-large':
    'The headers and the path are larger than 16 kB together. Delete cookies that are not needed.',
  'internal-error': 'The server has failed. The log has the reason under `requestId`.',
  overloaded:
    'Too many log in or register at this moment, or too many changes of one basket are waiting. Wait as long as `Retry-After` says, and send the request again.',
  stopping: 'The process is stopping. Send the request to another instance.',
  'database-unavailable':
    'The database can not be reached. The request may have been done all the same. Wait as long as `Retry-After` says, and send it again with the same `Idempotency-Key`.',
};
