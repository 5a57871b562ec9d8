import type { EntityManager } from 'typeorm';
import { Problem } from '../../problem/problem.js';
import type { BasketDto } from '../basket.dto.js';
import { getBasket, type BasketSnapshot } from '../query/basket-snapshot.js';
import { SET_MISSING_PINS } from '../query/line-columns.js';
import { COUNT_CHANGE } from '../query/write-basket.js';
import { assertBuyable, emptyBasket } from './checkout-rules.js';
import { lockProductsOf } from './reservation.js';

/** Converts a basket to the response for the sender of the request. */
type ToDto = (basket: BasketSnapshot) => BasketDto;

/**
 * The key of an advisory lock. The number has no meaning. A submit holds the lock shared, and a
 * list of all orders holds it exclusively. See docs/decisions/13-order-cursor.md.
 */
export const SUBMIT_LOCK = 2_026_112_301;

/**
 * Pins prices that a freeze has not pinned, and marks the lines that take stock. Records the
 * session that points to the basket, and clears its pointer.
 */
export const SUBMIT = `
  WITH session AS (
    UPDATE sessions SET basket_id = NULL WHERE basket_id = $1 RETURNING id
  ), basket AS (
    UPDATE baskets
    SET status = 'submitted', currency = $2, submitted_session_id = (SELECT id FROM session), frozen_at = NULL,
      ${COUNT_CHANGE}
    WHERE id = $1
    RETURNING id
  )
  UPDATE basket_lines l
  SET ${SET_MISSING_PINS}, is_stock_taken = p.stock IS NOT NULL
  FROM basket, products p
  WHERE l.basket_id = basket.id AND p.sku = l.sku`;

/**
 * The stamp is later than every committed stamp, even after a failover to a server whose clock is
 * behind. It is a separate statement after the lock, so its snapshot has every order that a list
 * has shown. See docs/decisions/13-order-cursor.md.
 *
 * The index `baskets_submitted_at` gives the maximum with one row.
 */
const STAMP = `
  UPDATE baskets
  SET submitted_at = greatest(
    clock_timestamp(),
    (SELECT max(submitted_at) FROM baskets WHERE submitted_at IS NOT NULL) + interval '1 microsecond')
  WHERE id = $1`;

/**
 * Takes the sold pieces `$3` of the products `$2` off the stock, and the reservations of the basket
 * `$1` off the reserved pieces. The products are locked.
 *
 * Keeps a reservation of any other product, which is not locked. An instance of the previous
 * version leaves one when it thaws a basket that then loses the line.
 */
export const TAKE_STOCK = `
  WITH consumed AS (
    DELETE FROM stock_reservations WHERE basket_id = $1 AND sku = ANY ($2) RETURNING sku, quantity
  ), sold AS (
    SELECT sku, sum(quantity) AS quantity FROM unnest($2::text[], $3::int[]) AS line (sku, quantity) GROUP BY sku
  )
  UPDATE products p SET stock = p.stock - sold.quantity, reserved = p.reserved - coalesce(consumed.quantity, 0)
  FROM sold LEFT JOIN consumed USING (sku)
  WHERE p.sku = sold.sku AND (p.stock IS NOT NULL OR consumed.sku IS NOT NULL)`;

/**
 * Submits a locked basket: reduces the stock, consumes its reservations, pins prices, names and the
 * currency, and clears the session's pointer.
 *
 * @throws Problem `empty-basket`, `unavailable`, `quantity-rule` (409), `insufficient-stock` or
 *   `total-changed`
 */
export async function submitBasket(
  manager: EntityManager,
  basket: BasketSnapshot | null,
  expectedAmountMinor: number | undefined,
  toDto: ToDto,
): Promise<BasketSnapshot> {
  if (!basket || basket.lines.length === 0) throw emptyBasket();
  const current = await lockProductsOf(manager, basket);
  const dto = toDto(current);
  assertBuyable(current, dto);
  if (expectedAmountMinor !== undefined && expectedAmountMinor !== dto.totals.amountMinor) {
    const detail = `The total is ${dto.totals.amountMinor} now. Show it to the shopper and submit again.`;
    throw new Problem('total-changed', detail, { basket: dto });
  }
  await takeStock(manager, current);
  await manager.query(SUBMIT, [basket.id, dto.currency]);
  await manager.query('SELECT pg_advisory_xact_lock_shared($1)', [SUBMIT_LOCK]);
  await manager.query(STAMP, [basket.id]);
  return getBasket(manager, basket.id);
}

async function takeStock(manager: EntityManager, { id, lines }: BasketSnapshot): Promise<void> {
  const skus = lines.map(({ sku }) => sku);
  await manager.query(TAKE_STOCK, [id, skus, lines.map(({ quantity }) => quantity)]);
}
