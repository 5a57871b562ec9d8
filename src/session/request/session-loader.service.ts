import { Injectable } from '@nestjs/common';
import session from 'express-session';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { SessionCookie } from './session-cookie.js';
import { SessionStore } from '../store/session.store.js';
import type { SessionSnapshot } from '../store/session.queries.js';
import type { DeferredSession } from './deferred-session.js';
import { RequestSession } from './request-session.js';

/** A request with the members that express-session adds. */
type SessionRequest = IncomingMessage & { sessionID: string; session: object };

type LoadSession = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** Finds the session of a request's cookie. */
@Injectable()
export class SessionLoader {
  /** One middleware per cookie name, because express-session reads only one name. */
  private readonly middlewares: Map<string, LoadSession>;

  constructor(
    private readonly store: SessionStore,
    private readonly cookie: SessionCookie,
  ) {
    this.middlewares = new Map(cookie.names.map((name) => [name, this.createMiddleware(name)]));
  }

  /** Loads the session and extends its expiry. */
  async load(request: IncomingMessage, response: ServerResponse): Promise<RequestSession> {
    return (await this.defer(request, response)).load();
  }

  /**
   * Returns the session's id, and does not read the session.
   *
   * The statement that serves the request can read the session too. See
   * docs/decisions/02-single-statement.md.
   */
  defer(request: IncomingMessage, response: ServerResponse): DeferredSession | Promise<DeferredSession> {
    const ids = this.cookie.idsIn(request);
    if (ids.length <= 1) return this.deferTo(ids[0] ?? null, request, response);
    // The visitor may have several signed cookies. Only one of them has an active session.
    return this.store.selectId(ids).then((id) => this.deferTo(id ?? null, request, response));
  }

  private deferTo(id: string | null, request: IncomingMessage, response: ServerResponse): DeferredSession {
    const load = async (): Promise<RequestSession> => {
      // A request without a session does not need express-session.
      const found = id === null ? undefined : await this.findAndExtend(id, request, response);
      return new RequestSession(request, response, this.store, this.cookie, found);
    };
    let loading: Promise<RequestSession> | undefined;
    // Loads only once, because express-session wraps methods of the response.
    return { id, load: () => (loading ??= load()) };
  }

  private async findAndExtend(
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<SessionSnapshot | undefined> {
    // express-session would read the first cookie of this name, even a forged one.
    request.headers.cookie = this.cookie.headerFor(request, id);
    await this.middlewares.get(this.cookie.nameFor(request))?.(request, response);
    const { sessionID, session } = request as SessionRequest;
    await this.store.extend(sessionID, session);
    return this.store.snapshotOf(session);
  }

  private createMiddleware(name: string): LoadSession {
    const middleware = session({
      name,
      secret: this.cookie.secrets,
      store: this.store,
      cookie: this.cookie.settings,
      resave: false,
      // A visitor who only reads gets no row and no cookie.
      saveUninitialized: false,
    });
    // The types require Express, but Node's request and response are enough.
    return promisify(middleware as unknown as (...args: unknown[]) => void);
  }
}
