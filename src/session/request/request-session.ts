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

/** A request that express-session has read the session of. */
type SessionRequest = IncomingMessage & { session: ExpressSession };

/** The session side of one request: what its cookie led to, and the way to a new session. */
export class RequestSession {
  private created: SessionSnapshot | undefined;

  constructor(
    /** Node's own. */
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly store: SessionStore,
    private readonly cookie: SessionCookie,
    private readonly found: SessionSnapshot | undefined,
  ) {}

  /** The session of the request's cookie, or the one it has created; undefined: it has none. A tombstone counts. */
  get snapshot(): SessionSnapshot | undefined {
    return this.created ?? this.found;
  }

  /** The same, but a tombstone counts as no session. */
  get active(): SessionSnapshot | undefined {
    return this.snapshot?.isReplaced ? undefined : this.snapshot;
  }

  /** Whether the browser would keep the cookie of a new session: not for a page of another site. */
  get isCookieKept(): boolean {
    return !isCrossSite(this.request.headers);
  }

  /**
   * Inserts a new session in a transaction of `inTransaction`.
   *
   * @throws Problem `insecure-connection`, when the new cookie could not reach the browser
   */
  async create(manager: EntityManager, owner: SessionOwner): Promise<void> {
    this.cookie.assertDeliverable(this.request);
    this.created = await this.store.insert(manager, owner);
  }

  /**
   * Creates a session that the work inserts by itself, in one statement with whatever else, and says when it ends; null: it
   * has not done so.
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

  /** Runs the work in one transaction. The cookie of a session created in it is sent only when that is committed. */
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

  /** Ends the session of the request's cookie; says whether there was one to end. */
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
