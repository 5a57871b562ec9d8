import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { Environment } from './environment.js';
import { Draining } from './operations/draining.service.js';
import { HttpMetrics } from './operations/http.metrics.js';
import { buildOpenApiDocument } from './openapi.js';
import { nameBodyProblem, requireJsonBody } from './problem/json-body.middleware.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { nameRequest } from './problem/request-id.middleware.js';
import { createValidationPipe } from './problem/validation.pipe.js';

/** Far more than any body of this API needs. */
const BODY_LIMIT = '16kb';

/** What main and the tests have in common; the application is created without Nest's own body parser. */
export function setUp(app: NestExpressApplication): void {
  const { isProduction, trustProxy } = app.get(Environment);
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy);
  app.disable('x-powered-by');
  app.use(app.get(HttpMetrics).observe);
  app.use(nameRequest);
  const draining = app.get(Draining);
  app.use((_request: Request, response: Response, next: NextFunction) => {
    // A connection that stays open would be waited for.
    if (draining.isDraining) response.set('Connection', 'close');
    next();
  });
  // Browsers would ask for https on a development server that has none.
  const directives = { 'upgrade-insecure-requests': isProduction ? [] : null };
  app.use(helmet({ contentSecurityPolicy: { directives }, strictTransportSecurity: isProduction }));
  app.use(requireJsonBody);
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.use(nameBodyProblem);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  SwaggerModule.setup('api/docs', app, () => buildOpenApiDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'Basketkeeper API',
    swaggerOptions: { tryItOutEnabled: true, displayRequestDuration: true },
  });
}
