import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import bodyParser from 'body-parser';
import cors from 'cors';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { IncomingMessage, RequestListener } from 'node:http';
import { failWithTheFront, type Handler, putBefore } from './app.listener.js';
import { BasketFastPath } from './basket/basket-fast-path.js';
import { Environment } from './environment.js';
import { Draining } from './operations/draining.service.js';
import { HttpMetrics } from './operations/http.metrics.js';
import { boundServer } from './operations/bound-server.js';
import { OperationsServer } from './operations/operations-server.service.js';
import { buildOpenApiDocument } from './openapi.js';
import { refuseForeignOrigins } from './problem/foreign-origin.middleware.js';
import {
  BODY_LIMIT,
  nameBodyProblem,
  refuseOddBody,
  requireJsonBody,
} from './problem/json-body.middleware.js';
import { refuseAlias } from './problem/canonical-path.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { nameRequest } from './problem/request-id.middleware.js';
import { securityHeaders } from './problem/security-headers.js';
import { createValidationPipe } from './problem/validation.pipe.js';
import { SessionCookie } from './session/session-cookie.js';
import { serveWeb, WEB_FOLDER } from './web/serve-web.js';

/** What main and the tests have in common; the application is created without Nest's own body parser. */
export function setUp(app: NestExpressApplication, webFolder = WEB_FOLDER): void {
  const { isProduction, trustProxy, allowedOrigins, hasWeb } = app.get(Environment);
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy);
  app.disable('x-powered-by');
  // `/API/basket` is another path. Nest has made the router by now, so the setting of Express would come too late.
  Object.assign(app.getHttpAdapter().getInstance().router as object, { caseSensitive: true });
  const logger = new Logger('Server');
  putBefore(
    boundServer(app.getHttpServer(), (message) => logger.warn(message)),
    [
      app.get(HttpMetrics).observe,
      closeWhenDraining(app.get(Draining)),
      ...(allowedOrigins.length > 0 ? [cors<IncomingMessage>(corsFor(allowedOrigins))] : []),
      app.get(BasketFastPath).serve,
      refuseAlias,
    ],
  );
  app.use(nameRequest);
  app.use(setHeaders(securityHeaders(isProduction)));
  app.use(failWithTheFront);
  if (allowedOrigins.length > 0) app.use(answerPreflight);
  app.use(app.get(OperationsServer).separate);
  if (hasWeb) app.use(serveWeb(webFolder));
  app.use(refuseForeignOrigins(allowedOrigins));
  app.use(requireJsonBody);
  app.use(bodyParser.json({ limit: BODY_LIMIT }));
  app.use(nameBodyProblem);
  app.use(refuseOddBody);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  SwaggerModule.setup('api/docs', app, () => buildOpenApiDocument(app, app.get(SessionCookie).name), {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'Basketkeeper API',
    swaggerOptions: { tryItOutEnabled: true, displayRequestDuration: true, defaultModelsExpandDepth: 0 },
  });
}

/** Listens for visitors, and for the shop's own people where they have a port of their own. */
export async function listen(app: NestExpressApplication, port: number, host: string): Promise<void> {
  await app.listen(port, host);
  const [listener] = app.getHttpServer().listeners('request') as [RequestListener];
  await app.get(OperationsServer).listen(listener);
}

/** A connection that stays open would be waited for. */
function closeWhenDraining(draining: Draining): Handler {
  return (_request, response, next) => {
    if (draining.isDraining) response.setHeader('Connection', 'close');
    next();
  };
}

function setHeaders(headers: Record<string, string>): RequestHandler {
  return (_request: Request, response: Response, next: NextFunction) => {
    response.set(headers);
    next();
  };
}

/** Pages of other sites with the visitor's cookie, and what they may read of an answer. */
function corsFor(allowedOrigins: string[]) {
  return {
    origin: allowedOrigins,
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'ETag',
      'Idempotency-Replayed',
      'Location',
      'Retry-After',
      'WWW-Authenticate',
      'X-Request-Id',
    ],
    maxAge: 600,
    // Answered by the application, with the headers of every answer.
    preflightContinue: true,
  };
}

/** Its headers say already what is allowed. Safari waits for a body where no length is given. */
function answerPreflight({ method }: Request, response: Response, next: NextFunction): void {
  if (method === 'OPTIONS') response.status(204).set('Content-Length', '0').end();
  else next();
}
