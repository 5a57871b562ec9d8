import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { TypeormStore } from 'connect-typeorm';
import type { SessionData } from 'express-session';
import { randomBytes } from 'node:crypto';
import { type EntityManager, IsNull, Repository } from 'typeorm';
import { type NamedStatement, queryNamed } from '../../database/named-statement.js';
import { retryTransaction } from '../../database/retry-transaction.js';
import { SessionCookie } from '../request/session-cookie.js';
import { SessionLifetimes } from '../session-expiry.js';
import { Session } from '../session.entity.js';
import {
  FIND,
  FIND_ACTIVE,
  type SessionRow,
  INSERT,
  type NewSession,
  EXTEND_EXPIRY,
  REPLACE,
  type ReplacedSession,
  type SessionOwner,
  type SessionSnapshot,
  toSessionSnapshot,
  UPDATE,
  UPSERT,
} from './session.queries.js';
import { callbackify } from './callbackify.js';

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
  private readonly stored = new WeakMap<object, SessionSnapshot>();

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
    callbackify(this.find(id), done);
  };

  override set = (id: string, data: SessionData, done?: Done): void => callbackify(this.save(id, data), done);

  override touch = (id: string, data: SessionData, done?: Done): void =>
    callbackify(this.extend(id, data), done);

  override destroy = (ids: string | string[], done?: Done): void =>
    callbackify(this.removeAll([ids].flat()), done);

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

  snapshotOf(data: object): SessionSnapshot | undefined {
    return this.stored.get(data);
  }

  /** Inserts a session in the caller's transaction. The request keeps the one it has until `adopt`. */
  async insert(manager: EntityManager, owner: SessionOwner): Promise<SessionSnapshot> {
    const row = this.build(owner);
    const { id, json, basketId, userId } = row;
    const values = [...this.times, id, json, basketId, userId];
    const [{ expiredAt }] = await manager.query<[{ expiredAt: number }]>(INSERT, values);
    return toSessionSnapshot(row, expiredAt);
  }

  build(owner: SessionOwner): NewSession {
    const id = randomBytes(32).toString('base64url');
    const json = JSON.stringify({ cookie: this.cookie.build() });
    return { id, json, basketId: null, userId: null, ...owner };
  }

  /** Chooses the first session that is active, else a tombstone, else the first id. */
  async selectId(ids: string[]): Promise<string | undefined> {
    const values = [ids, this.lifetimes.absolute];
    const [active] = await this.sessions.manager.query<{ id: string }[]>(FIND_ACTIVE, values);
    return active?.id ?? ids[0];
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
    const [replaced] = (await manager.query<[ReplacedSession[], number]>(REPLACE, [id]))[0];
    return replaced ?? null;
  }

  /** Moves the end of the idle lifetime, when that is far enough to be worth a write. */
  async extend(id: string, data: object): Promise<void> {
    const stored = this.stored.get(data);
    if (!stored || stored.isReplaced) return;
    stored.expiredAt = await this.extendExpiry(id, stored);
    stored.extendedExpiry = stored.expiredAt;
  }

  /** The same for a session as it was read; answers its end. */
  async extendExpiry(
    id: string,
    { expiredAt, extendedExpiry }: Pick<SessionSnapshot, 'expiredAt' | 'extendedExpiry'>,
  ): Promise<number> {
    if (extendedExpiry - expiredAt <= this.lifetimes.minExtensionMs) return expiredAt;
    // Nothing is changed when another request has just extended it, or it is gone.
    return (await this.write(EXTEND_EXPIRY, [id])) ?? expiredAt;
  }

  private get times(): number[] {
    return [this.lifetimes.idle, this.lifetimes.absolute];
  }

  private async find(id: string): Promise<SessionData | null> {
    const { dataSource } = this.sessions.manager;
    const [row] = await queryNamed<SessionRow>(dataSource, FIND, [id, ...this.times]);
    if (!row) return null;
    const { json, ...found } = row;
    const data = { cookie: this.cookie.build(), ...(JSON.parse(json) as Partial<SessionData>) };
    this.stored.set(data, { ...found, content: contentOf(data) });
    return data;
  }

  /** A session that was loaded is updated, so that one destroyed meanwhile stays dead; a new one is inserted. */
  private async save(id: string, data: SessionData): Promise<void> {
    const stored = this.stored.get(data);
    const content = contentOf(data);
    if (stored?.isReplaced || stored?.content === content) return;
    const expiredAt = await this.write(stored ? UPDATE : UPSERT, [id, JSON.stringify(data)]);
    if (expiredAt === undefined) return;
    const inserted = toSessionSnapshot({ id, json: '', basketId: null, userId: null }, expiredAt);
    this.stored.set(data, { ...inserted, ...stored, content, expiredAt, extendedExpiry: expiredAt });
  }

  /** Runs a statement that moves the end of a session, and returns the end. Undefined: it is gone, or replaced. */
  private async write(statement: NamedStatement, values: string[]): Promise<number | undefined> {
    const { dataSource } = this.sessions.manager;
    const all = [...this.times, ...values];
    const [written] = await queryNamed<{ expiredAt: number }>(dataSource, statement, all);
    return written?.expiredAt;
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
