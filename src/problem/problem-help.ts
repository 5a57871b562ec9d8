import type { ProblemType } from './problem-types.js';

const LOG_IN = 'Log in with `POST /api/auth/login`, or send `Authorization: Bearer` with an access token.';
const READ_AGAIN =
  'Read the basket again and show it to the shopper. Then send the request again if the shopper still wants it.';
const WAIT = 'Wait for the time in `Retry-After`.';

/** The text on the page of a problem: the cause, and the next step of the client. */
export const PROBLEM_HELP: Record<ProblemType, string> = {
  'invalid-input':
    'A parameter, a header or a member of the body is missing, unknown or out of range. `errors` names each of them. Correct the request.',
  'malformed-json': 'The body is not valid JSON. Correct the request.',
  'malformed-request':
    'The request is not valid HTTP, or does not have exactly one `Host` header. Correct the client or the proxy.',
  'insecure-connection':
    'The session cookie needs https, but this request arrived over http. Use https. Behind a proxy that terminates TLS, set TRUST_PROXY.',
  'invalid-credentials': 'No user has this email address with this password. Ask the user for both again.',
  'invalid-token':
    'The access token has expired, was revoked, or belongs to another shop. Get a new token with `POST /api/auth/refresh`, or log in again. Or the API key is unknown or was revoked.',
  'login-required': `The request needs a user. ${LOG_IN}`,
  forbidden:
    'Only admins of the shop may send this request, and the user is not an admin. Or the request has an API key, and no key opens this route.',
  'insufficient-scope':
    'The API key does not have the scope of this route, which `scope` names. Create a key with it, or send the request as an admin.',
  'foreign-origin':
    'A page on another site has sent the request. The shop can allow its origin with ALLOWED_ORIGINS. If the page is on the same host, make the proxy forward `Host`.',
  'cross-site-cookie':
    'A page on another site has sent the request. The shop allows its origin, but browsers do not send the session cookie from there, so the basket would be lost. Serve the page and the API from one site, such as `www.shop.example` and `api.shop.example`. Or log in with `POST /api/auth/login`, and send its `accessToken` as `Authorization: Bearer`.',
  'not-found': 'No route has this path. Compare the path with the OpenAPI document at `/api/openapi.json`.',
  'unknown-product': 'No product has this sku.',
  'unknown-basket': 'No basket has this id, or its status does not allow the request.',
  'unknown-order': 'There is no order with this id, or it belongs to another visitor.',
  'method-not-allowed': 'The path exists, but does not allow this method. `Allow` lists the allowed methods.',
  'basket-ambiguous':
    'The visitor has an open basket and a frozen one, or several frozen ones. `baskets` lists them. Send the request again with the `basketId` of one of them.',
  'basket-frozen':
    'The basket is frozen for a payment. Thaw it with `POST /api/basket/thaw`, or wait for the end of the payment.',
  'changes-refused':
    'At least one of the changes is refused, so none was made. `results` has the problem of each refused change. Correct them, or send the mode `possible`.',
  'clock-differs':
    'The clocks of the database and of this process differ by more than a minute. Either of them may be wrong. Correct the clock: no cleanup runs until then.',
  'cleanup-running': 'A cleanup is already running on this instance. The list of runs shows its progress.',
  'email-taken': 'Another user has this email address. Log in, or use another address.',
  'empty-basket': 'The basket has no lines. Add a product first.',
  'insufficient-stock': `The stock is too small. \`available\` is the quantity that this basket can have, or the present stock if an admin has sent the request. ${READ_AGAIN}`,
  'quantity-limit':
    'The quantity of a product over all its lines, the number of lines, or the stock of a product would be too large. `limit` is the maximum.',
  'session-expired': "The guest's session has ended or the user is erased, so the basket cannot be thawed.",
  'session-replaced':
    'A login has replaced the session, for example in another tab. Send the request again: the browser has the new cookie.',
  'total-changed': `The total differs from the expected one. ${READ_AGAIN}`,
  unavailable: `The product is no longer for sale. ${READ_AGAIN}`,
  'too-slow': 'The request did not arrive completely in time. Send it again.',
  'precondition-failed': `The basket has changed since the \`ETag\` in \`If-Match\`. ${READ_AGAIN}`,
  'body-too-large':
    'The body is too large: 16 kB are allowed, 512 kB for several changes of a basket, and 2 MB for several products. Send a smaller body.',
  'unsupported-media-type':
    'The body must be `application/json` in UTF-8. It may be compressed with gzip, deflate or br.',
  'expectation-failed': 'The server supports only `100-continue` in the header `Expect`.',
  'unknown-sku': 'No product for sale has this sku.',
  'quantity-rule':
    'A basket may hold only multiples of `quantityStep` from `minQuantity` to `maxQuantity` of this product, over all its lines. `nearest` has the allowed quantities below and above. In a step of the checkout, `skus` names the products to change.',
  'idempotency-key-reused':
    'Another request has used this `Idempotency-Key`. Use a new key for each new request.',
  'too-many-guests': `The network of this visitor has created too many sessions in the last minute. ${WAIT}`,
  'too-many-logins': `Too many logins have failed. ${WAIT}`,
  'too-many-registrations': `Too many users have registered from this network. ${WAIT}`,
  'headers-too-large': 'The headers and the path together are larger than 16 kB. Delete unnecessary cookies.',
  'internal-error': 'The server has failed. The log has the reason with this `requestId`.',
  'migration-pending': `Instances of an earlier version still run, so the last migration waits. ${WAIT}`,
  overloaded: `Too many logins and registrations, or too many changes of one basket, are waiting. ${WAIT} Then send the request again.`,
  stopping: 'The process is stopping. Send the request to another instance.',
  'database-unavailable': `The database is unavailable. The change may have been made. ${WAIT} Then send the request again with the same \`Idempotency-Key\`.`,
};
