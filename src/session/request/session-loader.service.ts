import { Injectable } from '@nestjs/common';
import session from 'express-session';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { SessionCookie } from './session-cookie.js';
import { SessionStore } from '../store/session.store.js';
import type { SessionSnapshot } from '../store/session.queries.js';
import type { DeferredSession } from './deferred-session.js';
import { RequestSession } from './request-session.js';

/** What express-session adds to a request. */
type SessionRequest = IncomingMessage & { sessionID: string; session: object };

type LoadSession = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** Finds the session of a request's cookie. */
@Injectable()
export class SessionLoader {
  /** By the name of the cookie: express-session reads one. */
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

  /** Leaves the session to whoever serves the request: one statement can find both it and what is asked for. */
  defer(request: IncomingMessage, response: ServerResponse): DeferredSession | Promise<DeferredSession> {
    const ids = this.cookie.idsIn(request);
    if (ids.length <= 1) return this.deferTo(ids[0] ?? null, request, response);
    // Of several cookies that we have signed the one whose session is active.
    return this.store.selectId(ids).then((id) => this.deferTo(id ?? null, request, response));
  }

  private deferTo(id: string | null, request: IncomingMessage, response: ServerResponse): DeferredSession {
    const load = async (): Promise<RequestSession> => {
      // Who comes without one needs no express-session: 0.87 of the server's CPU in the benchmark's mix, a first add in five.
      const found = id === null ? undefined : await this.findAndExtend(id, request, response);
      return new RequestSession(request, response, this.store, this.cookie, found);
    };
    let loading: Promise<RequestSession> | undefined;
    // Once: express-session takes hold of the answer.
    return { id, load: () => (loading ??= load()) };
  }

  private async findAndExtend(
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<SessionSnapshot | undefined> {
    // express-session would take the first cookie of the name, whatever it is.
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
      // A visitor who only looks gets no row and no cookie.
      saveUninitialized: false,
    });
    // Its types name Express. It needs nothing but Node's own request and response.
    return promisify(middleware as unknown as (...args: unknown[]) => void);
  }
}
