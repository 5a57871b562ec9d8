import fastifyCompress from '@fastify/compress';
import fastifyCors from '@fastify/cors';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { tagBaskets } from '../basket/tag-baskets.decorator.js';
import { Environment } from '../config/environment.js';
import { rejectCrossOrigin } from '../http/cross-origin/cross-origin.js';
import { AllowedMethods } from '../http/server/allowed-methods.js';
import { cacheDocument } from '../http/response/cache-document.js';
import { assertCanonicalPath } from '../http/server/canonical-path.js';
import { limitBody } from '../http/input/body-limit.decorator.js';
import { decompressBody, parseOnlyJson } from '../http/input/json-body.js';
import { assertOneHost } from '../http/server/one-host.js';
import { allowPublicCaching } from '../http/response/public-caching.js';
import { logRefusedPreflights } from '../http/cross-origin/refused-preflights.js';
import { responseHeaders } from '../http/response/response-headers.js';
import { hostOf, trustedProxies } from '../http/request/trusted-proxies.js';
import { isTunnelled } from '../http/request/tunnel.js';
import { buildOpenApiDocument } from './openapi/build-openapi-document.js';
import { Draining } from '../monitoring/draining.service.js';
import { HttpMetrics } from '../monitoring/http.metrics.js';
import { OperationsServer } from '../monitoring/operations-server.service.js';
import { ProblemFilter } from '../problem/problem.filter.js';
import { createValidationPipe } from '../http/input/validation.pipe.js';
import { SessionCookie } from '../session/request/session-cookie.js';
import { serveWeb, WEB_FOLDER } from '../web/serve-web.js';

/**
 * Configures the application, for `main` and for the tests.
 *
 * The application must be created without Nest's body parser.
 */
export async function configureApp(app: NestFastifyApplication, webFolder = WEB_FOLDER): Promise<void> {
  const environment = app.get(Environment);
  const instance = app.getHttpAdapter().getInstance();
  instance.decorateRequest('visitor', null);
  instance.decorateRequest('requestSession', null);
  instance.addHook('onRoute', tagBaskets);
  instance.addHook('onRoute', limitBody);
  instance.addHook('onRoute', app.get(AllowedMethods).collect);
  registerMetrics(instance, app.get(HttpMetrics));
  setResponseHeaders(instance, environment, app.get(Draining));
  registerPreflightChecks(instance, environment);
  await registerCors(instance, environment);
  registerRequestChecks(instance, environment, app.get(OperationsServer));
  parseOnlyJson(instance);
  await registerCompression(instance);
  if (environment.hasWeb) serveWeb(instance, webFolder, environment);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  const buildDocument = () => buildOpenApiDocument(app, app.get(SessionCookie).name, environment.basePath);
  SwaggerModule.setup('api/docs', app, buildDocument, {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'Basketkeeper API',
    swaggerOptions: { tryItOutEnabled: true, displayRequestDuration: true, defaultModelsExpandDepth: 0 },
  });
}

/** Listens on the port for visitors, and on `OPERATIONS_PORT` if it is set. */
export async function listen(app: NestFastifyApplication, port: number, host: string): Promise<void> {
  await app.init();
  const instance = app.getHttpAdapter().getInstance();
  app.get(AllowedMethods).addOtherMethods(instance);
  await app.listen(port, host);
  await app.get(OperationsServer).listen((request, response) => instance.routing(request, response));
}

function registerMetrics(instance: FastifyInstance, metrics: HttpMetrics): void {
  instance.addHook('onRoute', metrics.observeRoute);
  instance.addHook('onResponse', metrics.observeUnrouted);
  instance.addHook('onRequest', metrics.watchAborted);
}

/** Registers compression, which each route configures for itself. */
async function registerCompression(instance: FastifyInstance): Promise<void> {
  instance.addHook('onRoute', allowPublicCaching);
  instance.addHook('onRoute', cacheDocument);
  instance.addHook('onRoute', decompressBody);
  // Awaited, so that its hook `onRoute` runs for all later routes.
  await instance.register(fastifyCompress, { global: false });
}

function setResponseHeaders(instance: FastifyInstance, environment: Environment, draining: Draining): void {
  const { operationsPort } = environment;
  const trusted = trustedProxies(environment.trustProxy);
  const headers = responseHeaders(environment);
  // A tunnel does not use https, but the usual headers make some browsers switch to it.
  const tunnelHeaders = responseHeaders({ isProduction: false, hsts: 'off' });
  instance.addHook('onRequest', (request, reply, done) => {
    const isPlain = isTunnelled(request.raw, operationsPort, trusted);
    reply.headers(isPlain ? tunnelHeaders : headers).header('x-request-id', request.id);
    // Otherwise the shutdown would wait for this connection.
    if (draining.isDraining) reply.header('connection', 'close');
    done();
  });
}

/** Checks `Host`, and logs refused preflights. Runs before CORS, which answers preflights. */
function registerPreflightChecks(instance: FastifyInstance, { allowedOrigins }: Environment): void {
  const logger = new Logger('Origins');
  const logRefused = logRefusedPreflights(allowedOrigins, (message) => logger.warn(message));
  instance.addHook('onRequest', (request, _reply, done) => {
    assertOneHost(request.raw);
    logRefused(request);
    done();
  });
}

/** Lets pages on `ALLOWED_ORIGINS` read the responses. */
async function registerCors(instance: FastifyInstance, { allowedOrigins }: Environment): Promise<void> {
  if (allowedOrigins.length === 0) return;
  // Awaited, so that its hook runs before the guards. The page can then read their problems.
  await instance.register(fastifyCors, {
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
    strictPreflight: false,
  });
}

/** Checks the path, the port of the route, and the origin of the page. */
function registerRequestChecks(
  instance: FastifyInstance,
  environment: Environment,
  operations: OperationsServer,
): void {
  const { allowedOrigins } = environment;
  const trusted = trustedProxies(environment.trustProxy);
  instance.addHook('onRequest', (request, _reply, done) => {
    assertCanonicalPath(request.url, () => request.routeOptions.url);
    operations.assertServed(request);
    const needsNoCookie = (): boolean => request.routeOptions.config?.needsNoCookie ?? false;
    rejectCrossOrigin(request, hostOf(request.raw, trusted), allowedOrigins, needsNoCookie);
    done();
  });
}
