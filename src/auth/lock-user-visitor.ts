import type { EntityManager } from 'typeorm';
import { DATABASE_NOW } from '../database/database-clock.js';
import { sessionReplaced } from '../session/session-replaced.js';
import { lockUser } from './lock-user.js';
import { loginRequired } from './visitor.decorator.js';
import type { UserVisitor } from './visitor.js';

/** Shared and without the key, so that a renewal need not wait: whoever removes or replaces the session does. */
const LOCK_SESSION = `
  SELECT 1 FROM sessions
  WHERE id = $1 AND user_id = $2 AND replaced_at IS NULL AND expired_at > ${DATABASE_NOW}
  FOR KEY SHARE`;

/**
 * Locks the user of a request, then the session that named the user, for the rest of the transaction.
 *
 * A logout, a change of the password and an erasure remove the session. Each waits for this transaction, or this one finds no
 * session: nothing of a session is written after its end was answered.
 *
 * @throws Problem `login-required`, when the user is gone; `session-replaced`, when the session is
 */
export async function lockUserVisitor(
  manager: EntityManager,
  { userId, sessionId }: UserVisitor,
): Promise<void> {
  if (!(await lockUser(manager, userId))) throw loginRequired();
  if (sessionId === undefined) return;
  const sessions = await manager.query<object[]>(LOCK_SESSION, [sessionId, userId]);
  if (sessions.length === 0) throw sessionReplaced();
}
