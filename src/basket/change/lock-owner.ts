import type { EntityManager } from 'typeorm';
import { lockUserVisitor } from '../../auth/visitor/lock-user.js';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { IS_ACTIVE } from '../../session/session-expiry.js';
import { sessionReplaced } from '../../session/request/session-replaced.js';
import type { BasketKey } from '../query/basket-snapshot.js';

/**
 * Locks the user or the session of a visitor's basket for the rest of the transaction.
 *
 * Then the changes of one basket run one after the other, on all instances. Two first adds create
 * one basket, and no login and no cleanup changes it meanwhile. Returns null for a guest without a
 * basket. See docs/decisions/05-lock-order.md.
 *
 * @throws Problem `session-replaced` if a login, a logout or the cleanup was faster;
 *   `invalid-token` if the token was revoked meanwhile
 */
export async function lockOwner(manager: EntityManager, visitor: Visitor): Promise<BasketKey | null> {
  if (visitor.kind === 'user') {
    await lockUserVisitor(manager, visitor, sessionReplaced);
    return { ownerId: visitor.userId };
  }
  const { snapshot } = visitor.session;
  if (!snapshot) return null;
  const basketId = snapshot.isReplaced ? undefined : await lockSession(manager, snapshot.id);
  if (basketId === undefined) throw sessionReplaced();
  return basketId === null ? null : { basketId };
}

/**
 * Locks a session and returns the id of its basket, or null without one. Returns undefined if the
 * session is gone, replaced or expired.
 *
 * An expired session is refused: the cleanup could delete a change that we have already confirmed.
 */
async function lockSession(manager: EntityManager, id: string): Promise<string | null | undefined> {
  const sql = `
    SELECT s.basket_id FROM sessions s WHERE s.id = $1 AND ${IS_ACTIVE}
    FOR UPDATE`;
  const [session] = await manager.query<{ basket_id: string | null }[]>(sql, [id]);
  return session?.basket_id;
}
