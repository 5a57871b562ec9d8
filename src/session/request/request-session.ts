import type { Session as ExpressSession } from 'express-session';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DataSource, EntityManager } from 'typeorm';
import { retryTransaction } from '../../database/retry-transaction.js';
import { isCrossSite } from '../../http/cross-origin/cross-origin.js';
import type { SessionCookie } from './session-cookie.js';
import type { SessionStore } from '../store/session.store.js';
import {
  type NewSession,
  type SessionOwner,
  type SessionSnapshot,
  toSessionSnapshot,
} from '../store/session.queries.js';

/** A request after express-session has loaded its session. */
type SessionRequest = IncomingMessage & { session: ExpressSession };

/** The session of one request: the one from its cookie, or a new one that the request creates. */
export class RequestSession {
  private created: SessionSnapshot | undefined;

  constructor(
    /** Node's request, not Fastify's. */
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly store: SessionStore,
    private readonly cookie: SessionCookie,
    private readonly found: SessionSnapshot | undefined,
  ) {}

  /**
   * The session that the request has created, or the one from its cookie. It may be a tombstone.
   */
  get snapshot(): SessionSnapshot | undefined {
    return this.created ?? this.found;
  }

  /** Like `snapshot`, but undefined for a tombstone. */
  get active(): SessionSnapshot | undefined {
    return this.snapshot?.isReplaced ? undefined : this.snapshot;
  }

  /** False for a page of another site: the browser would not keep a new session's cookie. */
  get isCookieKept(): boolean {
    return !isCrossSite(this.request.headers);
  }

  /**
   * Inserts a new session with the manager of `inTransaction`.
   *
   * @throws Problem `insecure-connection` if the browser would not get the new cookie
   */
  async create(manager: EntityManager, owner: SessionOwner): Promise<void> {
    this.cookie.assertDeliverable(this.request);
    this.created = await this.store.insert(manager, owner);
  }

  /**
   * Creates a session that `work` inserts in its own statement, and sends the cookie.
   *
   * `work` returns the expiry of the session, or null if it inserted nothing.
   *
   * @throws Problem `insecure-connection`
   */
  async createWith<T extends { expiredAt: number }>(
    owner: SessionOwner,
    work: (row: NewSession) => Promise<T | null>,
  ): Promise<T | null> {
    this.cookie.assertDeliverable(this.request);
    const row = this.store.build(owner);
    const result = await work(row);
    if (result === null) return null;
    this.created = toSessionSnapshot(row, result.expiredAt);
    this.cookie.send(this.response, row.id);
    return result;
  }

  /** Runs the work in one transaction. Sends the cookie of a new session after the commit. */
  async inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      const result = await retryTransaction(dataSource, async (manager) => {
        this.created = undefined;
        return work(manager);
      });
      if (this.created) this.cookie.send(this.response, this.created.id);
      return result;
    } catch (error) {
      this.created = undefined;
      throw error;
    }
  }

  /** Ends the session of the request's cookie. Returns false if there is none. */
  async end(): Promise<boolean> {
    if (!this.active) return false;
    await new Promise<void>((resolve, reject) => {
      (this.request as SessionRequest).session.destroy((error?: Error) =>
        error ? reject(error) : resolve(),
      );
    });
    return true;
  }
}
