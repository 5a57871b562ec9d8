import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { SessionReader } from './session-reader.service.js';
import { rememberVisitorSession } from './visitor-session.js';

/** Finds the session of the request's cookie and renews it before anything else happens. */
@Injectable()
export class SessionMiddleware implements NestMiddleware {
  constructor(private readonly reader: SessionReader) {}

  use(request: Request, response: Response, next: NextFunction): void {
    this.reader.read(request, response).then((session) => {
      rememberVisitorSession(request, session);
      next();
    }, next);
  }
}
