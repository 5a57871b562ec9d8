import type { EntityManager } from 'typeorm';
import { DATABASE_NOW } from '../database/database-clock.js';
import type { Problem } from '../problem/problem.js';
import { loginRequired } from './visitor.decorator.js';
import { invalidToken } from './visitor.guard.js';
import type { UserVisitor } from './visitor.js';

/** What a user's row says under its lock. */
export interface LockedUser {
  readonly passwordHash: string;
  readonly tokenGeneration: number;
  /** The database's time, in seconds since 1970. */
  readonly now: number;
}

/**
 * Not FOR UPDATE: rows that refer to the user need not wait.
 *
 * `clock_timestamp()`: a statement that waited for the lock started before whatever it waited for.
 */
const LOCK_USER = `
  SELECT password_hash AS "passwordHash", token_generation AS "tokenGeneration",
    extract(epoch FROM clock_timestamp())::float8 AS now
  FROM users WHERE id = $1 FOR NO KEY UPDATE`;

/**
 * With a lock: a plain logout deletes the session without the user's lock, and must wait for this transaction. Shared and
 * without the key, so that a renewal of the session need not wait.
 */
const LOCK_LIVING_SESSION = `
  SELECT 1 FROM sessions
  WHERE id = $1 AND user_id = $2 AND replaced_at IS NULL AND expired_at > ${DATABASE_NOW}
  FOR KEY SHARE`;

/** Locks a user, first of all locks, for the rest of the transaction; null: the user is gone. */
export async function lockUser(manager: EntityManager, id: string): Promise<LockedUser | null> {
  const [user] = await manager.query<LockedUser[]>(LOCK_USER, [id]);
  return user ?? null;
}

/**
 * Locks the user who sends the request, and the session that named the user.
 *
 * The session or the token may have ended since the request came in. What they ask for must not happen then: nothing
 * of a session is written after its end was answered.
 *
 * @throws Problem `invalid-token`, or what `sessionEnded` makes, also when the user is gone
 */
export async function lockUserVisitor(
  manager: EntityManager,
  visitor: UserVisitor,
  sessionEnded: () => Problem = loginRequired,
): Promise<LockedUser> {
  const { userId, sessionId, tokenGeneration } = visitor;
  const user = await lockUser(manager, userId);
  if (!user) throw tokenGeneration === undefined ? sessionEnded() : invalidToken();
  if (tokenGeneration !== undefined && tokenGeneration !== user.tokenGeneration) throw invalidToken();
  if (sessionId !== undefined) {
    const living = await manager.query<object[]>(LOCK_LIVING_SESSION, [sessionId, userId]);
    if (living.length === 0) throw sessionEnded();
  }
  return user;
}
