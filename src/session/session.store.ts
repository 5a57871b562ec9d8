import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { TypeormStore } from 'connect-typeorm';
import type { SessionData } from 'express-session';
import { randomBytes } from 'node:crypto';
import { type EntityManager, IsNull, LessThan, Repository } from 'typeorm';
import { queryNamed } from '../database/named-statement.js';
import { retryTransaction } from '../database/retry-transaction.js';
import { SessionCookie } from './session-cookie.js';
import { SessionLifetimes, TOMBSTONE_MILLISECONDS } from './session-lifetimes.js';
import { Session } from './session.entity.js';
import {
  FIND,
  REPLACE,
  type ReplacedSession,
  type SessionOwner,
  type StoredSession,
  toStored,
} from './stored-session.js';
import { settle } from './settle.js';

type Done = (error?: unknown) => void;
type SessionRequest = Parameters<TypeormStore['createSession']>[0];

/**
 * express-session's store over the table `sessions`, one statement per operation.
 *
 * connect-typeorm's own operations answer before they are done, write on every touch, bring deleted sessions back to
 * life and switch sessions off for good after one failed query; each is replaced here. Its methods are properties,
 * therefore so are these.
 */
@Injectable()
export class SessionStore extends TypeormStore {
  private readonly stored = new WeakMap<object, StoredSession>();

  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly lifetimes: SessionLifetimes,
    private readonly cookie: SessionCookie,
  ) {
    // express-session gets every error by the callback. Without this the store would say 'disconnect' as well, and
    // express-session would serve all later requests without a session, for nobody ever says 'connect'.
    super({ onError: () => undefined });
    this.connect(sessions);
  }

  override get = (id: string, done: (error?: unknown, found?: SessionData | null) => void): void => {
    settle(this.find(id), done);
  };

  override set = (id: string, data: SessionData, done?: Done): void => settle(this.save(id, data), done);

  override touch = (id: string, data: SessionData, done?: Done): void => settle(this.renew(id, data), done);

  override destroy = (ids: string | string[], done?: Done): void =>
    settle(this.removeAll([ids].flat()), done);

  /** The session object changes on its way from the store to the request; what is known of it goes along. */
  override createSession(
    request: SessionRequest,
    data: SessionData,
  ): ReturnType<TypeormStore['createSession']> {
    const created = super.createSession(request, data);
    const stored = this.stored.get(data);
    if (stored) this.stored.set(created, stored);
    return created;
  }

  storedOf(data: object): StoredSession | undefined {
    return this.stored.get(data);
  }

  /** Inserts a session in the caller's transaction. The request keeps the one it has until `adopt`. */
  async begin(manager: EntityManager, owner: SessionOwner): Promise<StoredSession> {
    const row = this.make(owner);
    await manager.insert(Session, row);
    return toStored(row);
  }

  /** A session that nobody has inserted yet. */
  make(owner: SessionOwner): Session {
    const now = Date.now();
    return {
      id: randomBytes(32).toString('base64url'),
      json: JSON.stringify({ cookie: this.cookie.make() }),
      expiredAt: this.lifetimes.expiryOf(now, now),
      createdAt: new Date(now),
      basketId: null,
      userId: null,
      replacedAt: null,
      ...owner,
    };
  }

  /** Locks a session for the rest of the transaction; null: it is gone, or a login has replaced it. */
  async lock(manager: EntityManager, id: string): Promise<Session | null> {
    return manager.findOne(Session, {
      where: { id, replacedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /**
   * Locks a session and turns it into a tombstone: for a minute it tells requests under way with the old cookie what
   * happened. Says what it was; null: it is gone, or replaced already.
   *
   * Its basket is not removed: it has a new owner by then.
   */
  async replace(manager: EntityManager, id: string): Promise<ReplacedSession | null> {
    const now = Date.now();
    const values = [id, new Date(now), now + TOMBSTONE_MILLISECONDS];
    const [replaced] = (await manager.query<[ReplacedSession[], number]>(REPLACE, values))[0];
    return replaced ?? null;
  }

  /** Moves the end of the idle lifetime, when that is far enough to be worth a write. */
  async renew(id: string, data: object): Promise<void> {
    const stored = this.stored.get(data);
    if (!stored || stored.isReplaced) return;
    const expiredAt = this.lifetimes.expiryOf(stored.createdAt, Date.now());
    if (!this.lifetimes.isWorthRenewing(stored.expiredAt, expiredAt)) return;
    await this.prolong(id, expiredAt);
    stored.expiredAt = expiredAt;
  }

  /** Moves the end of a session that lives; never back. */
  async prolong(id: string, expiredAt: number): Promise<void> {
    await this.sessions.update({ id, replacedAt: IsNull(), expiredAt: LessThan(expiredAt) }, { expiredAt });
  }

  private async find(id: string): Promise<SessionData | null> {
    const [row] = await queryNamed<Session>(this.sessions.manager.dataSource, FIND, [id]);
    if (!row) return null;
    const data = { cookie: this.cookie.make(), ...(JSON.parse(row.json) as Partial<SessionData>) };
    const stored = toStored(row, contentOf(data));
    if (this.lifetimes.isOver(stored, Date.now())) return null;
    this.stored.set(data, stored);
    return data;
  }

  /** A session that was loaded is updated, so that one destroyed meanwhile stays dead; a new one is inserted. */
  private async save(id: string, data: SessionData): Promise<void> {
    const stored = this.stored.get(data);
    const content = contentOf(data);
    if (stored?.isReplaced || stored?.content === content) return;
    const now = Date.now();
    const createdAt = stored?.createdAt ?? now;
    const change = { json: JSON.stringify(data), expiredAt: this.lifetimes.expiryOf(createdAt, now) };
    if (stored) await this.sessions.update({ id, replacedAt: IsNull() }, change);
    else await this.sessions.upsert({ id, createdAt: new Date(createdAt), ...change }, ['id']);
    const fresh = { id, basketId: null, userId: null, isReplaced: false, createdAt };
    this.stored.set(data, { ...fresh, ...stored, content, expiredAt: change.expiredAt });
  }

  /** Removed as entities, so that the subscribers of the removal hear which sessions go. */
  private async removeAll(ids: string[]): Promise<void> {
    await retryTransaction(this.sessions.manager.dataSource, async (manager) => {
      await manager.remove(await manager.find(Session, { where: ids.map((id) => ({ id })) }));
    });
  }
}

/** The JSON without the cookie's settings: its expiry moves with every request, and nobody reads it here. */
function contentOf(data: object): string {
  return JSON.stringify({ ...data, cookie: undefined });
}
