import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { Environment } from '../environment.js';
import { sessionCookieName, sessionCookieOptions } from './session-cookie.js';
import { SessionStore } from './session.store.js';
import { rememberVisitorSession, VisitorSession } from './visitor-session.js';

/** Finds the session of the request's cookie and renews it before anything else happens. */
@Injectable()
export class SessionMiddleware implements NestMiddleware {
  private readonly find: RequestHandler;

  constructor(
    private readonly store: SessionStore,
    environment: Environment,
  ) {
    this.find = session({
      name: sessionCookieName(environment),
      secret: environment.sessionSecrets,
      store,
      cookie: sessionCookieOptions(environment),
      resave: false,
      // A visitor who only looks gets no row and no cookie.
      saveUninitialized: false,
    });
  }

  use(request: Request, response: Response, next: NextFunction): void {
    this.find(request, response, (error?: unknown) => {
      if (error) return next(error);
      rememberVisitorSession(request, new VisitorSession(request, this.store));
      this.store.renew(request.sessionID, request.session).then(() => next(), next);
    });
  }
}
