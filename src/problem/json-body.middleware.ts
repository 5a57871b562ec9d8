import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problem.js';

/**
 * Refuses a body that is not `application/json`.
 *
 * A form of another site can send every other type without asking first (the CORS preflight), with the visitor's cookie.
 */
export function requireJsonBody(request: Request, _response: Response, next: NextFunction): void {
  // `is` answers null for a request without a body.
  if (request.is('application/json') === false && request.headers['content-length'] !== '0') {
    throw new Problem('unsupported-media-type', 'Send the body as application/json.');
  }
  next();
}
