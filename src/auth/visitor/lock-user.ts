import type { EntityManager } from 'typeorm';
import type { Problem } from '../../problem/problem.js';
import { IS_ACTIVE } from '../../session/session-expiry.js';
import { invalidToken } from './invalid-token.js';
import { loginRequired } from './visitor.decorator.js';
import type { UserVisitor } from './visitor.js';

/** A user's row, read under its lock. */
export interface LockedUser {
  readonly passwordHash: string;
  readonly tokenGeneration: number;
  /** The database's time, in seconds since 1970. */
  readonly now: number;
}

/**
 * Locks FOR NO KEY UPDATE: rows that refer to the user need not wait.
 *
 * Reads `clock_timestamp()`: the statement may start before the transaction that it waits for has
 * ended. See docs/decisions/05-lock-order.md.
 */
const LOCK_USER = `
  SELECT password_hash AS "passwordHash", token_generation AS "tokenGeneration",
    extract(epoch FROM clock_timestamp())::float8 AS now
  FROM users WHERE id = $1 FOR NO KEY UPDATE`;

/**
 * A plain logout deletes the session without the lock of the user. This lock makes the logout wait
 * for this transaction. An extension of the session does not wait for KEY SHARE.
 */
const LOCK_ACTIVE_SESSION = `
  SELECT FROM sessions s WHERE s.id = $1 AND s.user_id = $2 AND ${IS_ACTIVE}
  FOR KEY SHARE`;

/**
 * Locks a user for the rest of the transaction, before all other locks. Returns null if the user is
 * gone.
 */
export async function lockUser(manager: EntityManager, id: string): Promise<LockedUser | null> {
  const [user] = await manager.query<LockedUser[]>(LOCK_USER, [id]);
  return user ?? null;
}

/**
 * Locks the user of the request, and the session if it identified the user.
 *
 * The session or the token may have ended since the request arrived. The request is then refused: a
 * session must write nothing after a confirmed logout.
 *
 * @throws Problem `invalid-token`, or the problem of `sessionEnded`
 */
export async function lockUserVisitor(
  manager: EntityManager,
  visitor: UserVisitor,
  sessionEnded: () => Problem = loginRequired,
): Promise<LockedUser> {
  const { userId, sessionId, tokenGeneration } = visitor;
  const user = await lockUser(manager, userId);
  if (tokenGeneration !== undefined && tokenGeneration !== user?.tokenGeneration) throw invalidToken();
  if (!user) throw sessionEnded();
  if (sessionId !== undefined) {
    const active = await manager.query<object[]>(LOCK_ACTIVE_SESSION, [sessionId, userId]);
    if (active.length === 0) throw sessionEnded();
  }
  return user;
}
