import { Injectable } from '@nestjs/common';
import { parse } from 'cookie';
import { unsign } from 'cookie-signature';
import type { Request, Response } from 'express';
import session from 'express-session';
import { promisify } from 'node:util';
import { Environment } from '../environment.js';
import { sessionCookieName, sessionCookieOptions } from './session-cookie.js';
import { SessionStore } from './session.store.js';
import { VisitorSession } from './visitor-session.js';

/** Finds the session of a request's cookie. */
@Injectable()
export class SessionReader {
  private readonly find: (request: Request, response: Response) => Promise<unknown>;
  private readonly cookieName: string;

  constructor(
    private readonly store: SessionStore,
    private readonly environment: Environment,
  ) {
    this.cookieName = sessionCookieName(environment);
    const find = session({
      name: this.cookieName,
      secret: environment.sessionSecrets,
      store,
      cookie: sessionCookieOptions(environment),
      resave: false,
      // A visitor who only looks gets no row and no cookie.
      saveUninitialized: false,
    });
    this.find = promisify(find);
  }

  /** Reads the session and renews it. */
  async read(request: Request, response: Response): Promise<VisitorSession> {
    await this.find(request, response);
    await this.store.renew(request.sessionID, request.session);
    return new VisitorSession(request, this.store);
  }

  /** The id in the cookie, if this shop has signed it: what express-session would look for. Null: nothing to look for. */
  idOf({ headers }: Request): string | null {
    if (headers.cookie === undefined) return null;
    const value = parse(headers.cookie)[this.cookieName];
    if (!value?.startsWith('s:')) return null;
    for (const secret of this.environment.sessionSecrets) {
      const id = unsign(value.slice(2), secret);
      if (id !== false) return id;
    }
    return null;
  }
}
