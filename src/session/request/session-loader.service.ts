import { Injectable } from '@nestjs/common';
import session from 'express-session';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { SessionCookie } from './session-cookie.js';
import { SessionStore } from '../store/session.store.js';
import type { StoredSession } from '../store/session.queries.js';
import type { UnreadSession } from './deferred-session.js';
import { VisitorSession } from './request-session.js';

/** What express-session adds to a request. */
type SessionRequest = IncomingMessage & { sessionID: string; session: object };

type Find = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** Finds the session of a request's cookie. */
@Injectable()
export class SessionReader {
  /** By the name of the cookie: express-session reads one. */
  private readonly finders: Map<string, Find>;

  constructor(
    private readonly store: SessionStore,
    private readonly cookie: SessionCookie,
  ) {
    this.finders = new Map(cookie.names.map((name) => [name, this.makeFinder(name)]));
  }

  /** Reads the session and renews it. */
  async read(request: IncomingMessage, response: ServerResponse): Promise<VisitorSession> {
    return (await this.defer(request, response)).read();
  }

  /** Leaves the session to whoever serves the request: one statement can find both it and what is asked for. */
  defer(request: IncomingMessage, response: ServerResponse): UnreadSession | Promise<UnreadSession> {
    const ids = this.cookie.idsIn(request);
    if (ids.length <= 1) return this.deferTo(ids[0] ?? null, request, response);
    // Of several cookies that we have signed the one whose session lives.
    return this.store.choose(ids).then((id) => this.deferTo(id ?? null, request, response));
  }

  private deferTo(id: string | null, request: IncomingMessage, response: ServerResponse): UnreadSession {
    const read = async (): Promise<VisitorSession> => {
      // Who comes without one needs no express-session: 0.87 of the server's CPU in the benchmark's mix, a first add in five.
      const found = id === null ? undefined : await this.findAndRenew(id, request, response);
      return new VisitorSession(request, response, this.store, this.cookie, found);
    };
    let reading: Promise<VisitorSession> | undefined;
    // Once: express-session takes hold of the answer.
    return { id, read: () => (reading ??= read()) };
  }

  private async findAndRenew(
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<StoredSession | undefined> {
    // express-session would take the first cookie of the name, whatever it is.
    request.headers.cookie = this.cookie.headerFor(request, id);
    await this.finders.get(this.cookie.nameFor(request))?.(request, response);
    const { sessionID, session } = request as SessionRequest;
    await this.store.renew(sessionID, session);
    return this.store.storedOf(session);
  }

  private makeFinder(name: string): Find {
    const find = session({
      name,
      secret: this.cookie.secrets,
      store: this.store,
      cookie: this.cookie.settings,
      resave: false,
      // A visitor who only looks gets no row and no cookie.
      saveUninitialized: false,
    });
    // Its types name Express. It needs nothing but Node's own request and response.
    return promisify(find as unknown as (...args: unknown[]) => void);
  }
}
