import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { completeDocument } from './complete-document.js';
import { addProblemSchemas } from './problem-schemas.js';
import { FieldErrorDto, ProblemDto } from '../../problem/problem.dto.js';

const DESCRIPTION = `
Keeps shoppers' baskets. A guest fills one without logging in; it lives as long as the session and is the user's,
or merged into the user's, after a login.

Errors are \`application/problem+json\` (RFC 9457): \`type\` says which one, \`detail\` what to do about it.

A request is a user's by a Bearer token, else by the session's cookie, else it is a guest's.

**A story to click through**, from top to bottom: look at the products; add one to the basket, and look at it; register;
log in, and look at the basket again: it is the user's now. Log out, add something as a guest, log in once more: the
answer says line by line how the two baskets were merged. Freeze, submit, and find the order.

**What a frontend asks:**

- *Do I keep a token?* Not in a browser: the cookie does it, and no script can read it. The login's \`accessToken\` is for
  clients without cookies; try it with *Authorize*.
- *Who am I?* \`owner\` of the basket says guest or user, \`GET /api/auth/me\` who.
- *Until when is a guest's basket kept?* Until \`expiresAt\`; every request moves it.
- *The answer never came, was it done?* Send the same request with the same \`Idempotency-Key\` again: it is done once.
- *409 \`session-replaced\`?* A login in another tab came in between. Send it again: the browser has the new cookie.
- *Two tabs?* Give \`If-Match\` the \`ETag\` that you have seen, when a change must not meet another one: 412 brings the basket.
- *Several clicks at once before there is a cookie?* Send the first write alone, or each of them makes a session.
- *How does a lost session look?* Not as an error. When a guest's session has expired, or the cookie is gone, the basket is
  empty: \`id\` is null and \`owner\` is \`guest\`. A user's basket is kept: what needs a user is 401 \`login-required\`, log in
  again. An expired token is 401 \`invalid-token\`.
- *Another origin?* The shop names it in \`ALLOWED_ORIGINS\`; send \`credentials: 'include'\`. An origin that is not named
  gets no answer that its page can read: \`fetch\` rejects with a \`TypeError\`, as without a network. The shop's log names it.
- *Another site?* A browser sends the cookie between hosts of one site, such as \`www.shop.example\` and
  \`api.shop.example\`, and keeps it back from a page of another site. A write from there is 403 \`cross-site-cookie\`. Log in
  (the answer has the token alone, and no cookie) and send \`accessToken\` as \`Authorization: Bearer\`. Without a login, another
  site can show products, and no basket.`;

/**
 * @param sessionCookie the name that the session's cookie has in this mode
 * @param basePath what all paths of the document are below
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
    .addCookieAuth(sessionCookie, { type: 'apiKey', in: 'cookie', name: sessionCookie }, 'session')
    .addTag('products', 'What the shop sells')
    .addTag('basket', "The visitor's one basket")
    .addTag('auth', 'Users and their sessions')
    .addTag('checkout', 'Freeze, and submit or thaw')
    .addTag('orders', 'Submitted baskets')
    .addTag('admin', "For the shop's own people and back end")
    .addTag('operations', 'For whoever runs it')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [ProblemDto, FieldErrorDto],
    operationIdFactory: (_controller, method) => method,
  });
  addProblemSchemas(document);
  completeDocument(document);
  return document;
}
