import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Environment } from '../environment.js';
import { Problem } from '../problem/problem.js';
import { boundServer } from './bound-server.js';

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

  /** A middleware: each port knows only its own routes. */
  readonly separate = (request: Request, _response: Response, next: NextFunction): void => {
    const { operationsPort } = this.environment;
    const isOperations = request.socket.localPort === operationsPort;
    const isServed = isOperations
      ? OWN.test(request.path) || COMMON.test(request.path)
      : !OWN.test(request.path);
    if (operationsPort !== undefined && !isServed) {
      throw new Problem('not-found', 'There is nothing under this method and path on this port.');
    }
    next();
  };

  /** @throws Error when the port is taken */
  async listen(application: RequestListener): Promise<void> {
    const { operationsPort, host } = this.environment;
    if (operationsPort === undefined) return;
    const server = boundServer(createServer(application), (message) => this.logger.warn(message));
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
