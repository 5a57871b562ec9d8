import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Environment } from '../config/environment.js';
import { pathOf } from '../http/request/request-path.js';
import { answerParserError, limitServer, SERVER_OPTIONS } from '../http/server/server-limits.js';
import { Problem } from '../problem/problem.js';

/** The paths of metrics and admin routes. */
const OWN = /^\/(metrics|api\/admin)(\/|$)/i;
/** The other paths of the operations port: the pages, and the API routes that these pages need. */
const COMMON = /^\/(?!api(\/|$))|^\/api\/(health(\/|$)|auth\/(login|logout|me)$|basket$)/i;

/**
 * Serves metrics and admin routes on a separate port, which a firewall can protect:
 * `OPERATIONS_PORT`.
 */
@Injectable()
export class OperationsServer implements OnApplicationShutdown {
  private readonly logger = new Logger('Server');
  private server: Server | undefined;

  constructor(private readonly environment: Environment) {}

  /**
   * Checks that the port of a request serves its path.
   *
   * @throws Problem `not-found`
   */
  assertServed({ raw, url }: FastifyRequest): void {
    const { operationsPort } = this.environment;
    if (operationsPort === undefined) return;
    const path = pathOf(url);
    const isOperations = raw.socket.localPort === operationsPort;
    if (isOperations ? OWN.test(path) || COMMON.test(path) : !OWN.test(path)) return;
    throw new Problem('not-found', 'No route on this port has this method and path.');
  }

  /**
   * Listens on `OPERATIONS_PORT`, if it is set.
   *
   * @throws Error if the port is in use
   */
  async listen(application: RequestListener): Promise<void> {
    const { operationsPort, host } = this.environment;
    if (operationsPort === undefined) return;
    const server = limitServer(createServer(SERVER_OPTIONS, application), (message) =>
      this.logger.warn(message),
    );
    server.on('clientError', answerParserError);
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(operationsPort, host, resolve);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (!server) return;
    server.closeIdleConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
