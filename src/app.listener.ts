import type { NextFunction, Request, Response } from 'express';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

/** A middleware that asks for nothing of Express. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

const failures = new WeakMap<IncomingMessage, unknown>();

/**
 * Puts handlers between a server and its application, which gets what they go on with; with an error it is the
 * application's to answer, by `failWithTheFront`.
 *
 * Express makes a request and an answer of its own of Node's, and that costs more than what these do with them.
 */
export function putBefore(server: Server, handlers: readonly Handler[]): void {
  const [application] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const following = handlers.values();
    const next = (error?: unknown): void => {
      const handler = error === undefined ? following.next().value : undefined;
      if (handler) return handler(request, response, next);
      if (error !== undefined) failures.set(request, error);
      application?.(request, response);
    };
    next();
  });
}

/** A middleware of the application, behind those that give headers to every answer. */
export function failWithTheFront(request: Request, _response: Response, next: NextFunction): void {
  next(failures.get(request));
}
