import type { EntityManager } from 'typeorm';
import { Problem } from '../../problem/problem.js';
import type { BasketDto } from '../basket.dto.js';
import { findBaskets, type BasketSnapshot } from '../query/basket-snapshot.js';
import { PRODUCT_COLUMNS, type ProductColumns, toLineProduct } from '../query/line-product.js';
import { SET_MISSING_PINS } from '../query/line-columns.js';
import { COUNT_CHANGE } from '../query/write-basket.js';
import { isBuyable } from '../to-basket-dto.js';

/** Converts a basket to the response for the sender of the request. */
type ToDto = (basket: BasketSnapshot) => BasketDto;

/**
 * The key of an advisory lock. The number has no meaning. A submit holds the lock shared, and a
 * list of all orders holds it exclusively. See docs/decisions/13-order-cursor.md.
 */
export const SUBMIT_LOCK = 2_026_112_301;

/**
 * Pins prices that a freeze has not pinned. Records the session that points to the basket, and
 * clears its pointer.
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
  SET ${SET_MISSING_PINS}
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

/** Locks in the order of skus, so that two orders of the same products do not deadlock. */
const LOCK_PRODUCTS = `
  SELECT p.sku, ${PRODUCT_COLUMNS}
  FROM products p WHERE sku = ANY ($1) ORDER BY sku FOR NO KEY UPDATE`;

/**
 * Submits a locked basket: reduces the stock, pins prices, names and the currency, and clears the
 * session's pointer.
 *
 * @throws Problem `empty-basket`, `unavailable`, `insufficient-stock` or `total-changed`
 */
export async function submitBasket(
  manager: EntityManager,
  basket: BasketSnapshot | null,
  expectedAmountMinor: number | undefined,
  toDto: ToDto,
): Promise<BasketSnapshot> {
  if (!basket || basket.lines.length === 0) throw emptyBasket();
  const current = await withLockedProducts(manager, basket);
  assertBuyable(current, toDto(current));
  const dto = toDto(current);
  if (expectedAmountMinor !== undefined && expectedAmountMinor !== dto.totals.amountMinor) {
    const detail = `The total is ${dto.totals.amountMinor} now. Show it to the shopper and submit again.`;
    throw new Problem('total-changed', detail, { basket: dto });
  }
  await reduceStock(manager, current);
  await manager.query(SUBMIT, [basket.id, dto.currency]);
  await manager.query('SELECT pg_advisory_xact_lock_shared($1)', [SUBMIT_LOCK]);
  await manager.query(STAMP, [basket.id]);
  const [submitted] = await findBaskets(manager, [basket.id]);
  if (!submitted) throw new Error(`Basket ${basket.id} is gone, although it was locked.`);
  return submitted;
}

export function emptyBasket(): Problem {
  return new Problem('empty-basket', 'Add a product first.');
}

async function withLockedProducts(manager: EntityManager, basket: BasketSnapshot): Promise<BasketSnapshot> {
  const skus = basket.lines.map(({ sku }) => sku);
  const locked = await manager.query<(ProductColumns & { sku: string })[]>(LOCK_PRODUCTS, [skus]);
  const products = new Map(locked.map((product) => [product.sku, toLineProduct(product)]));
  return {
    ...basket,
    lines: basket.lines.map((line) => ({ ...line, product: products.get(line.sku) ?? null })),
  };
}

function assertBuyable(basket: BasketSnapshot, dto: BasketDto): void {
  const refused = dto.lines.filter((line) => !isBuyable(line));
  if (refused.length === 0) return;
  const skus = refused.map(({ sku }) => sku);
  const isGone = refused.some(({ notices }) => notices.includes('unavailable'));
  const stock = basket.lines.find(({ sku }) => sku === skus[0])?.product?.stock;
  const members = isGone ? { skus } : { skus, available: stock };
  const detail = `Change or remove ${skus.join(', ')} and submit again.`;
  throw new Problem(isGone ? 'unavailable' : 'insufficient-stock', detail, members);
}

async function reduceStock(manager: EntityManager, { lines }: BasketSnapshot): Promise<void> {
  await manager.query(
    `UPDATE products p SET stock = p.stock - sold.quantity
     FROM (
       SELECT sku, sum(quantity)::int AS quantity FROM unnest($1::text[], $2::int[]) AS line (sku, quantity) GROUP BY sku
     ) AS sold
     WHERE p.sku = sold.sku AND p.stock IS NOT NULL`,
    [lines.map(({ sku }) => sku), lines.map(({ quantity }) => quantity)],
  );
}
