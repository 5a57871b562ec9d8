import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { SessionReader } from './session-reader.service.js';
import { rememberUnreadSession } from './unread-session.js';

/** Leaves the session to whoever handles the request: one statement can find both it and what it is asked for. */
@Injectable()
export class UnreadSessionMiddleware implements NestMiddleware {
  constructor(private readonly reader: SessionReader) {}

  use(request: Request, response: Response, next: NextFunction): void {
    this.reader
      .leave(request, response, () => request)
      .then((session) => {
        rememberUnreadSession(request, session);
        next();
      }, next);
  }
}
