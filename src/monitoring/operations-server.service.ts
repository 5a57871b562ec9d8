import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Environment } from '../config/environment.js';
import { pathOf } from '../http/request/request-path.js';
import { answerParserError, limitServer, SERVER_OPTIONS } from '../http/server/server-limits.js';
import { Problem } from '../problem/problem.js';

/** What is for the shop's own people. */
const OWN = /^\/(metrics|api\/admin)(\/|$)/i;
/** What the people of the operations port need beside it: the pages, and what those ask to know who is there. */
const COMMON = /^\/(?!api(\/|$))|^\/api\/(health(\/|$)|auth\/(login|logout|me)$|basket$)/i;

/** Metrics and admin routes on a port of their own, which a firewall can close to the world: `OPERATIONS_PORT`. */
@Injectable()
export class OperationsServer implements OnApplicationShutdown {
  private readonly logger = new Logger('Server');
  private server: Server | undefined;

  constructor(private readonly environment: Environment) {}

  /** Each port knows only its own routes. @throws Problem `not-found` */
  assertServed({ raw, url }: FastifyRequest): void {
    const { operationsPort } = this.environment;
    if (operationsPort === undefined) return;
    const path = pathOf(url);
    const isOperations = raw.socket.localPort === operationsPort;
    if (isOperations ? OWN.test(path) || COMMON.test(path) : !OWN.test(path)) return;
    throw new Problem('not-found', 'There is nothing under this method and path on this port.');
  }

  /** @throws Error when the port is taken */
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
