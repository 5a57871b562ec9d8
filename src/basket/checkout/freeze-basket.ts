import type { EntityManager } from 'typeorm';
import type { Environment } from '../../config/environment.js';
import { getBasket, type BasketSnapshot } from '../query/basket-snapshot.js';
import { PINS, SET_PINS } from '../query/line-columns.js';
import { COUNT_CHANGE } from '../query/write-basket.js';
import { assertQuantityRules } from './checkout-rules.js';
import { lockWantedStock, reserveStock, type ReservationTimes } from './reservation.js';

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

/**
 * Freezes a locked basket, if it is open. With `reserve` it also reserves its stock, or prolongs
 * the reservation of a frozen basket.
 *
 * @throws Problem `quantity-rule` (409) for an open basket, `insufficient-stock` with `reserve`
 */
export async function freezeBasket(
  manager: EntityManager,
  basket: BasketSnapshot,
  settings: Pick<Environment, 'currency'> & ReservationTimes,
  reserve = false,
): Promise<BasketSnapshot> {
  const isOpen = basket.status === 'open';
  if (!isOpen && !reserve) return basket;
  if (isOpen) assertQuantityRules(basket);
  const wanted = reserve && (await lockWantedStock(manager, basket));
  if (isOpen) await manager.query(FREEZE, [basket.id, settings.currency]);
  if (wanted) await reserveStock(manager, basket.id, wanted, settings);
  return getBasket(manager, basket.id);
}
