import type { EntityManager } from 'typeorm';
import { lockUserVisitor } from '../../auth/visitor/lock-user.js';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { IS_ACTIVE } from '../../session/session-expiry.js';
import { sessionReplaced } from '../../session/request/session-replaced.js';
import type { BasketKey } from '../query/basket-snapshot.js';

/**
 * Locks the user or the session of a visitor's basket for the rest of the transaction.
 *
 * So the changes of one basket run one after the other, on every instance: two first adds make one
 * basket, and no login or cleanup runs meanwhile. Null: a guest who has no basket yet.
 * See docs/decisions/05-lock-order.md.
 *
 * @throws Problem `session-replaced`, when a login, a logout or the cleanup was faster;
 *   `invalid-token`, when the token has ended
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
 * Null: the session has no basket. Undefined: it is gone, replaced or expired.
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
