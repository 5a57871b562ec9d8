import type { EntityManager } from 'typeorm';
import type { Environment } from '../../config/environment.js';
import { decideLines } from '../merge/decide-lines.js';
import { findBaskets, getBasket, type BasketSnapshot } from '../query/basket-snapshot.js';
import { findOwnBaskets } from '../query/own-baskets.js';
import { CLEAR_PINS } from '../query/line-columns.js';
import { COUNT_CHANGE, mergeBaskets } from '../query/write-basket.js';
import { releaseReservations } from './reservation.js';

type MergeSettings = Pick<Environment, 'basketMergeStrategy' | 'basketMaxQuantity'>;

export const THAW = `
  WITH thawed AS (
    UPDATE baskets SET status = 'open', currency = NULL, frozen_at = NULL, ${COUNT_CHANGE}
    WHERE id = $1
    RETURNING id
  )
  UPDATE basket_lines l SET ${CLEAR_PINS}
  FROM thawed WHERE l.basket_id = thawed.id`;

/**
 * Thaws a frozen basket. If its owner has an open one, merges it into that one by the shop's
 * strategy, and removes it. The prices of the catalogue apply again, and the reserved stock is
 * free.
 *
 * The caller has locked the owner, then the basket and the owner's open one (`lockWithOpen`).
 *
 * @returns the open basket
 */
export async function thawBasket(
  manager: EntityManager,
  { id, ownerId }: Pick<BasketSnapshot, 'id' | 'ownerId'>,
  { basketMergeStrategy, basketMaxQuantity }: MergeSettings,
): Promise<BasketSnapshot> {
  // First, because a merge counts what others have reserved.
  await releaseReservations(manager, [id]);
  const openId = ownerId && (await findOwnBaskets(manager, { ownerId })).openId;
  if (!openId) {
    await manager.query(THAW, [id]);
    return getBasket(manager, id);
  }
  // One read, because the merge compares the times of adding.
  const [guest, user] = await findBaskets(manager, [id, openId]);
  if (!guest || !user) throw new Error(`Basket ${id} or ${openId} is gone, although it was locked.`);
  const lines = await decideLines(manager, { guest, user }, basketMergeStrategy, basketMaxQuantity);
  await mergeBaskets(manager, { guestId: id, userId: openId }, lines, null);
  return getBasket(manager, openId);
}
