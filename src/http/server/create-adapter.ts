import { Logger as NestLogger } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Bindings, ChildLoggerOptions, Logger } from 'pino';
import type { Environment } from '../../config/environment.js';
import { answerProblem } from '../../problem/problem.filter.js';
import { toProblem } from '../../problem/to-problem.js';
import { withoutBasePath } from '../request/base-path.js';
import { BODY_LIMIT } from '../input/json-body.js';
import { responseHeaders } from '../response/response-headers.js';
import { answerParserError, limitServer, SERVER_OPTIONS } from './server-limits.js';
import { trustedProxies } from '../request/trusted-proxies.js';

/** Far more than a sku needs. The pipe refuses a long sku with a helpful error. */
const MAX_PARAMETER_LENGTH = 16_384;

/** W3C Trace Context: version, trace, span and flags. */
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** Creates Nest's HTTP platform with the settings that Fastify needs at its creation. */
export function createAdapter(environment: Environment, pino?: Logger): FastifyAdapter {
  const headers = responseHeaders(environment);
  const adapter = new FastifyAdapter({
    ...SERVER_OPTIONS,
    http: SERVER_OPTIONS,
    bodyLimit: BODY_LIMIT,
    trustProxy: trustedProxies(environment.trustProxy) ?? false,
    genReqId: () => randomUUID(),
    ...(environment.basePath && { rewriteUrl: stripBasePath(environment) }),
    ...(pino && logTo(pino)),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // Answers requests during the shutdown.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // Nest's support for middleware costs a hook per request, and we have no middleware.
    skipMiddie: true,
    clientErrorHandler: answerParserError,
    // A path that can't be decoded has no route, so no hook has set the headers.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const answer = reply.headers(headers).header('x-request-id', request.id);
      answerProblem(toProblem(error), request, answer);
    },
  });
  const logger = new NestLogger('Server');
  limitServer(adapter.getInstance().server, (message) => logger.warn(message));
  return adapter;
}

/** Removes the prefix before the routing. The operations port has no prefix. */
function stripBasePath({ basePath, operationsPort }: Environment) {
  return ({ url = '/', socket }: IncomingMessage): string =>
    socket.localPort === operationsPort ? url : withoutBasePath(url, basePath);
}

/**
 * Logs Fastify's warnings, and all lines of requests. The lines of a request have its id and its
 * trace.
 */
function logTo(pino: Logger) {
  const childLoggerFactory = (
    _logger: unknown,
    bindings: Bindings,
    options: ChildLoggerOptions,
    { headers: { traceparent } }: IncomingMessage,
  ) => {
    const isTraced = typeof traceparent === 'string' && TRACEPARENT.test(traceparent);
    return pino.child(isTraced ? { ...bindings, traceparent } : bindings, options);
  };
  return { loggerInstance: pino.child({}, { level: 'warn' }), childLoggerFactory };
}
