import type { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';

const requestIds = new WeakMap<object, string>();

/** The answer's `X-Request-Id`, and in every problem and log line. */
export function nameRequest(request: Request, response: Response, next: NextFunction): void {
  response.set('X-Request-Id', requestIdOf(request));
  next();
}

/** A name of our own making for a request, the same whenever it is asked for. */
export function requestIdOf(request: object): string {
  const known = requestIds.get(request);
  if (known !== undefined) return known;
  const id = randomUUID();
  requestIds.set(request, id);
  return id;
}
