import type { EntityManager } from 'typeorm';
import type { Environment } from '../../config/environment.js';
import { decideLines } from '../merge/decide-lines.js';
import { findBaskets, type BasketSnapshot } from '../query/basket-snapshot.js';
import { findOwnBaskets } from '../query/own-baskets.js';
import { mergeBaskets } from '../query/write-basket.js';
import { thawBaskets } from './freeze-basket.js';
import { releaseReservations } from './reservation.js';

type MergeSettings = Pick<Environment, 'basketMergeStrategy' | 'basketMaxQuantity'>;

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
  if (!openId) return existing(await thawBaskets(manager, [id]), id);
  const baskets = await findBaskets(manager, [id, openId]);
  const [guest, user] = [existing(baskets, id), existing(baskets, openId)];
  const lines = await decideLines(manager, { guest, user }, basketMergeStrategy, basketMaxQuantity);
  await mergeBaskets(manager, { guestId: id, userId: openId }, lines, null);
  return existing(await findBaskets(manager, [openId]), openId);
}

function existing(baskets: BasketSnapshot[], id: string): BasketSnapshot {
  const basket = baskets.find((each) => each.id === id);
  if (!basket) throw new Error(`Basket ${id} is gone, although it was locked.`);
  return basket;
}
