import type { EntityManager } from 'typeorm';
import { MAX_INT } from '../../http/input/max-int.js';
import { Problem } from '../../problem/problem.js';
import { type BasketSnapshot, getBasket, lockBaskets } from '../query/basket-snapshot.js';
import { lockProducts } from '../../catalogue/lock-products.js';
import { COUNT_CHANGE } from '../query/write-basket.js';

/**
 * SQL: the lines of the order `$1` that took stock. An order of an earlier version has only nulls.
 */
const TAKEN = 'FROM basket_lines WHERE basket_id = $1 AND is_stock_taken IS NOT FALSE';

export const LOCK_TAKEN = lockProducts(`ARRAY (SELECT sku ${TAKEN})`);

/**
 * SQL: the stock of each product with the pieces of the order, if the product still tracks it.
 */
const RETURNED = `
  SELECT p.sku, p.stock + t.quantity AS total
  FROM products p JOIN (SELECT sku, sum(quantity) AS quantity ${TAKEN} GROUP BY sku) t USING (sku)
  WHERE p.stock IS NOT NULL`;

export const FIND_OVERFLOW = `SELECT sku FROM (${RETURNED}) r WHERE total > ${MAX_INT} ORDER BY sku LIMIT 1`;

export const RETURN_STOCK = `
  UPDATE products p SET stock = r.total FROM (${RETURNED}) r WHERE p.sku = r.sku`;

export const CANCEL = `UPDATE baskets SET cancelled_at = now(), ${COUNT_CHANGE} WHERE id = $1`;

/**
 * Cancels an order and returns its stock, once. A cancelled order stays as it is.
 *
 * @throws Problem `unknown-order`, or `quantity-limit` if the stock of a product would be too large
 */
export async function cancelOrder(manager: EntityManager, id: string): Promise<BasketSnapshot> {
  const [order] = await lockBaskets(manager, [id]);
  if (order?.status !== 'submitted') throw new Problem('unknown-order', 'There is no order with this id.');
  if (order.cancelledAt !== null) return order;
  await manager.query(CANCEL, [id]);
  await returnStock(manager, id);
  return getBasket(manager, id);
}

async function returnStock(manager: EntityManager, id: string): Promise<void> {
  await manager.query(LOCK_TAKEN, [id]);
  const [overflow] = await manager.query<{ sku: string }[]>(FIND_OVERFLOW, [id]);
  if (overflow) {
    const detail = `The stock of ${overflow.sku} would exceed ${MAX_INT}. Lower it and cancel the order again.`;
    throw new Problem('quantity-limit', detail, { limit: MAX_INT });
  }
  await manager.query(RETURN_STOCK, [id]);
}
