import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { RequestListener } from 'node:http';
import { Environment } from './environment.js';
import { Draining } from './operations/draining.service.js';
import { HttpMetrics } from './operations/http.metrics.js';
import { boundServer } from './operations/bound-server.js';
import { OperationsServer } from './operations/operations-server.service.js';
import { buildOpenApiDocument } from './openapi.js';
import { refuseForeignOrigins } from './problem/foreign-origin.middleware.js';
import { nameBodyProblem, refuseOddBody, requireJsonBody } from './problem/json-body.middleware.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { nameRequest } from './problem/request-id.middleware.js';
import { createValidationPipe } from './problem/validation.pipe.js';
import { serveWeb, WEB_FOLDER } from './web/serve-web.js';

/** Far more than any body of this API needs. */
const BODY_LIMIT = '16kb';

/** What main and the tests have in common; the application is created without Nest's own body parser. */
export function setUp(app: NestExpressApplication, webFolder = WEB_FOLDER): void {
  const { isProduction, trustProxy, allowedOrigins, hasWeb } = app.get(Environment);
  boundServer(app.getHttpServer());
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy);
  app.disable('x-powered-by');
  app.use(app.get(HttpMetrics).observe);
  app.use(nameRequest);
  app.use(closeWhenDraining(app.get(Draining)));
  app.use(
    helmet({
      contentSecurityPolicy: contentSecurityPolicy(isProduction),
      strictTransportSecurity: isProduction,
      xFrameOptions: { action: 'deny' },
    }),
  );
  if (allowedOrigins.length > 0) app.enableCors(corsFor(allowedOrigins));
  app.use(app.get(OperationsServer).separate);
  if (hasWeb) app.use(serveWeb(webFolder));
  app.use(refuseForeignOrigins(allowedOrigins));
  app.use(requireJsonBody);
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.use(nameBodyProblem);
  app.use(refuseOddBody);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  SwaggerModule.setup('api/docs', app, () => buildOpenApiDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'Basketkeeper API',
    swaggerOptions: { tryItOutEnabled: true, displayRequestDuration: true, defaultModelsExpandDepth: 0 },
  });
}

/** Listens for visitors, and for the shop's own people where they have a port of their own. */
export async function listen(app: NestExpressApplication, port: number, host: string): Promise<void> {
  await app.listen(port, host);
  await app.get(OperationsServer).listen(app.getHttpAdapter().getInstance() as RequestListener);
}

/** A connection that stays open would be waited for. */
function closeWhenDraining(draining: Draining): RequestHandler {
  return (_request: Request, response: Response, next: NextFunction) => {
    if (draining.isDraining) response.set('Connection', 'close');
    next();
  };
}

/** Everything from here, no script within a page; styles within, for the explorer writes some. */
function contentSecurityPolicy(isProduction: boolean) {
  const directives = {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'", 'data:'],
    styleSrc: ["'self'", "'unsafe-inline'"],
    frameAncestors: ["'none'"],
    // Browsers would ask for https on a development server that has none.
    upgradeInsecureRequests: isProduction ? [] : null,
  };
  return { directives };
}

/** Pages of other sites with the visitor's cookie, and what they may read of an answer. */
function corsFor(allowedOrigins: string[]) {
  return {
    origin: allowedOrigins,
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    exposedHeaders: ['ETag', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  };
}
