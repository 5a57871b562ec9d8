import type { EntityManager } from 'typeorm';
import { findBaskets, type BasketSnapshot } from '../query/basket-snapshot.js';
import { CLEAR_PINS, PINS, SET_PINS } from '../query/line-columns.js';
import { COUNT_CHANGE } from '../query/write-basket.js';

/**
 * Pins prices, names and the currency. A product that has left the catalogue keeps its last known
 * price.
 */
export const FREEZE = `
  WITH basket AS (
    UPDATE baskets SET status = 'frozen', currency = $2, frozen_at = now(), ${COUNT_CHANGE}
    WHERE id = $1
    RETURNING id
  ), pins AS (
    SELECT l.sku, l.variant, ${PINS}
    FROM basket_lines l LEFT JOIN products p USING (sku)
    WHERE l.basket_id = $1
  )
  UPDATE basket_lines l
  SET ${SET_PINS}
  FROM basket, pins
  WHERE l.basket_id = basket.id AND (l.sku, l.variant) = (pins.sku, pins.variant)`;

export const THAW = `
  WITH thawed AS (
    UPDATE baskets SET status = 'open', currency = NULL, frozen_at = NULL, ${COUNT_CHANGE}
    WHERE id = ANY ($1)
    RETURNING id
  ), lines AS (
    UPDATE basket_lines l SET ${CLEAR_PINS}
    FROM thawed WHERE l.basket_id = thawed.id
  )
  SELECT FROM thawed`;

/** Freezes a locked basket. Reserves no stock. */
export async function freezeBasket(
  manager: EntityManager,
  id: string,
  currency: string,
): Promise<BasketSnapshot | null> {
  await manager.query(FREEZE, [id, currency]);
  const [frozen] = await findBaskets(manager, [id]);
  return frozen ?? null;
}

/** Thaws locked baskets. The prices of the catalogue apply again. */
export async function thawBaskets(manager: EntityManager, ids: string[]): Promise<BasketSnapshot[]> {
  await manager.query(THAW, [ids]);
  return findBaskets(manager, ids);
}
