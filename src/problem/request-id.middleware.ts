import type { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';

const requestIds = new WeakMap<object, string>();

/** Gives the request a name of our own making, in the answer's `X-Request-Id` and in every problem and log line. */
export function nameRequest(request: Request, response: Response, next: NextFunction): void {
  const id = randomUUID();
  requestIds.set(request, id);
  response.set('X-Request-Id', id);
  next();
}

export function requestIdOf(request: Request): string {
  return requestIds.get(request) ?? '';
}
