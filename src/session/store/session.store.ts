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
 * The store of express-session on the table `sessions`, with one statement per operation.
 *
 * It replaces each operation of connect-typeorm. The originals answer before they have finished,
 * write on every touch, restore deleted sessions, and switch off all sessions after one failed
 * query. An operation must be a property here, because it is a property in connect-typeorm. See
 * docs/decisions/07-nest-on-fastify.md.
 */
@Injectable()
export class SessionStore extends TypeormStore {
  private readonly snapshots = new WeakMap<object, SessionSnapshot>();

  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly lifetimes: SessionLifetimes,
    private readonly cookie: SessionCookie,
  ) {
    // The callback passes every error to express-session. Without `onError` the store would also
    // emit 'disconnect'. express-session would then serve all requests without a session, because
    // nothing emits 'connect' again.
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

  /** Copies the snapshot, because express-session makes another session object for the request. */
  override createSession(
    request: SessionRequest,
    data: SessionData,
  ): ReturnType<TypeormStore['createSession']> {
    const created = super.createSession(request, data);
    const snapshot = this.snapshots.get(data);
    if (snapshot) this.snapshots.set(created, snapshot);
    return created;
  }

  snapshotOf(data: object): SessionSnapshot | undefined {
    return this.snapshots.get(data);
  }

  /** Inserts a session in the caller's transaction. */
  async insert(manager: EntityManager, owner: SessionOwner): Promise<SessionSnapshot> {
    const row = this.build(owner);
    const { id, json, basketId, userId } = row;
    const values = [...this.lifetimeValues, id, json, basketId, userId];
    const [{ expiredAt }] = await manager.query<[{ expiredAt: number }]>(INSERT, values);
    return toSessionSnapshot(row, expiredAt);
  }

  build(owner: SessionOwner): NewSession {
    const id = randomBytes(32).toString('base64url');
    const json = JSON.stringify({ cookie: this.cookie.build() });
    return { id, json, basketId: null, userId: null, ...owner };
  }

  /** Chooses the first active session, or else a tombstone, or else the first id. */
  async selectId(ids: string[]): Promise<string | undefined> {
    const values = [ids, this.lifetimes.absolute];
    const [active] = await this.sessions.manager.query<{ id: string }[]>(FIND_ACTIVE, values);
    return active?.id ?? ids[0];
  }

  /** Locks a session until the end of the transaction. Returns null if it is gone or replaced. */
  async lock(manager: EntityManager, id: string): Promise<Session | null> {
    return manager.findOne(Session, {
      where: { id, replacedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /**
   * Locks a session and makes it a tombstone. Returns the session as it was before.
   *
   * Returns null if it is gone or already replaced. Its basket stays, because the caller gives it a
   * new owner. See docs/decisions/03-tombstone.md.
   */
  async replace(manager: EntityManager, id: string): Promise<ReplacedSession | null> {
    const [replaced] = (await manager.query<[ReplacedSession[], number]>(REPLACE, [id]))[0];
    return replaced ?? null;
  }

  /** Extends the expiry, and updates the snapshot of the session. */
  async extend(id: string, data: object): Promise<void> {
    const snapshot = this.snapshots.get(data);
    if (!snapshot || snapshot.isReplaced) return;
    snapshot.expiredAt = await this.extendExpiry(id, snapshot);
    snapshot.extendedExpiry = snapshot.expiredAt;
  }

  /** Extends the expiry if it gains more than `minExtensionMs`. Returns the expiry. */
  async extendExpiry(
    id: string,
    { expiredAt, extendedExpiry }: Pick<SessionSnapshot, 'expiredAt' | 'extendedExpiry'>,
  ): Promise<number> {
    if (extendedExpiry - expiredAt <= this.lifetimes.minExtensionMs) return expiredAt;
    // No row changes if another request has just extended the session, or if the session is gone.
    return (await this.write(EXTEND_EXPIRY, [id])) ?? expiredAt;
  }

  private get lifetimeValues(): number[] {
    return [this.lifetimes.idle, this.lifetimes.absolute];
  }

  private async find(id: string): Promise<SessionData | null> {
    const { dataSource } = this.sessions.manager;
    const [row] = await queryNamed<SessionRow>(dataSource, FIND, [id, ...this.lifetimeValues]);
    if (!row) return null;
    const { json, ...found } = row;
    const data = { cookie: this.cookie.build(), ...(JSON.parse(json) as Partial<SessionData>) };
    this.snapshots.set(data, { ...found, content: contentOf(data) });
    return data;
  }

  /**
   * Updates a loaded session, or inserts a new one. An update can't restore a destroyed session.
   */
  private async save(id: string, data: SessionData): Promise<void> {
    const snapshot = this.snapshots.get(data);
    const content = contentOf(data);
    if (snapshot?.isReplaced || snapshot?.content === content) return;
    const expiredAt = await this.write(snapshot ? UPDATE : UPSERT, [id, JSON.stringify(data)]);
    if (expiredAt === undefined) return;
    const inserted = toSessionSnapshot({ id, json: '', basketId: null, userId: null }, expiredAt);
    this.snapshots.set(data, { ...inserted, ...snapshot, content, expiredAt, extendedExpiry: expiredAt });
  }

  /**
   * Runs a statement that sets the expiry. Returns the expiry, or undefined if the session is gone
   * or replaced.
   */
  private async write(statement: NamedStatement, values: string[]): Promise<number | undefined> {
    const { dataSource } = this.sessions.manager;
    const all = [...this.lifetimeValues, ...values];
    const [written] = await queryNamed<{ expiredAt: number }>(dataSource, statement, all);
    return written?.expiredAt;
  }

  /**
   * Removes the sessions as entities, so that the subscribers get each of them. See
   * docs/decisions/06-hard-deletes.md.
   */
  private async removeAll(ids: string[]): Promise<void> {
    await retryTransaction(this.sessions.manager.dataSource, async (manager) => {
      await manager.remove(await manager.find(Session, { where: ids.map((id) => ({ id })) }));
    });
  }
}

/**
 * Returns the JSON without the cookie's settings: they change with every request, and nothing reads
 * them.
 */
function contentOf(data: object): string {
  return JSON.stringify({ ...data, cookie: undefined });
}
