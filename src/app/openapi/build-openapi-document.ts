import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { completeDocument } from './complete-document.js';
import { addProblemSchemas } from './problem-schemas.js';
import { FieldErrorDto, ProblemDto } from '../../problem/problem.dto.js';

const DESCRIPTION = `
Keeps shoppers' baskets. A guest fills a basket without a login. The basket lives as long as the session. A login
assigns it to the user, or merges it into the user's basket.

Errors are \`application/problem+json\` (RFC 9457): \`type\` identifies the problem, and \`detail\` says how to continue.

A request belongs to the user of its Bearer token, else to the user of its session cookie, else to a guest. The back
end of the shop sends an API key as Bearer token. A key opens the admin routes of its scopes, and belongs to no user.

**A story to click through**, from top to bottom: list the products, add one to the basket, and read the basket.
Register, log in, and read the basket again: it now belongs to the user. Log out, add a product as a guest, and log in
once more: the response reports line by line how the two baskets were merged. Freeze, submit, and find the order.

**Questions of a frontend developer:**

- *Do I store a token?* Not in a browser. The cookie is enough, and no script can read it. The \`accessToken\` of the login
  is for clients without cookies. Try it with *Authorize*.
- *Who is logged in?* \`owner\` of the basket is \`guest\` or \`user\`. \`GET /api/auth/me\` returns the user.
- *How long is a guest's basket kept?* Until \`expiresAt\`. Every request extends it.
- *I got no response. Was the change made?* Send the same request with the same \`Idempotency-Key\` again. The change is made
  only once.
- *What is 409 \`session-replaced\`?* A login in another tab has replaced the session. Send the request again: the browser
  has the new cookie.
- *Two tabs?* Send the last \`ETag\` as \`If-Match\` to detect a change by another tab. The response is then 412 with the
  current basket.
- *Several clicks before there is a cookie?* Wait for the response to the first write. Otherwise each write creates a
  session.
- *How do I detect a lost session?* It is not an error. When a guest's session has expired, or the cookie is gone, the
  basket is empty: \`id\` is null and \`owner\` is \`guest\`. A user's basket is kept: a route that needs a user returns 401
  \`login-required\`, so log in again. For an expired token, the response is 401 \`invalid-token\`.
- *Another origin?* The shop lists it in \`ALLOWED_ORIGINS\`. Send \`credentials: 'include'\`. A page on any other origin
  cannot read a response: \`fetch\` rejects with a \`TypeError\`, as without a network. The log of the shop names the
  origin.
- *Another site?* A browser sends the cookie between hosts of one site, such as \`www.shop.example\` and
  \`api.shop.example\`. It sends no cookie from a page on another site. A write from there is 403 \`cross-site-cookie\`. Log
  in, and send the \`accessToken\` as \`Authorization: Bearer\`. The response to such a login sets no cookie. Without a
  login, a page on another site can show products, but no basket.`;

/**
 * Builds the OpenAPI document.
 *
 * @param sessionCookie the name of the session cookie in this mode
 * @param basePath the prefix of all paths
 */
export function buildOpenApiDocument(
  app: INestApplication,
  sessionCookie: string,
  basePath = '',
): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Basketkeeper')
    .setDescription(DESCRIPTION.trim())
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(basePath || '/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .addSecurity('apiKey', {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'bk_…',
      description:
        'An API key of the shop (`POST /api/admin/api-keys`), with the scope that the route names.',
    })
    .addCookieAuth(sessionCookie, { type: 'apiKey', in: 'cookie', name: sessionCookie }, 'session')
    .addTag('products', 'The products of the shop')
    .addTag('basket', "The visitor's basket")
    .addTag('auth', 'Users and their sessions')
    .addTag('checkout', 'Freeze the basket, and submit or thaw it')
    .addTag('orders', 'Submitted baskets')
    .addTag('admin', 'For the staff and the back end of the shop')
    .addTag('operations', 'For operators')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [ProblemDto, FieldErrorDto],
    operationIdFactory: (_controller, method) => method,
  });
  addProblemSchemas(document);
  completeDocument(document);
  return document;
}
