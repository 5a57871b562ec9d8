import type { EntityManager } from 'typeorm';
import type { Environment } from '../../config/environment.js';
import { quantityBySku, settleAvailability } from '../query/availability.js';
import type { BasketSnapshot } from '../query/basket-snapshot.js';
import { PRODUCT_COLUMNS, type ProductColumns, toLineProduct } from '../query/line-product.js';
import { lockProducts } from '../../catalogue/lock-products.js';
import { assertInStock } from './checkout-rules.js';

export type ReservationTimes = Pick<Environment, 'reservationTtlSeconds' | 'frozenTtlSeconds'>;

/** The pieces to reserve, by sku. */
type WantedStock = Map<string, number>;

export const LOCK_PRODUCTS = lockProducts('$1', `p.sku, ${PRODUCT_COLUMNS}`);

/**
 * Reserves `$3` pieces of the products `$2` for the frozen basket `$1`, and replaces its earlier
 * reservations of them. `$4` and `$5` are the lifetimes of a reservation and of a frozen basket.
 *
 * Inserts nothing if the frozen basket has reached its end.
 */
export const RESERVE = `
  WITH wanted AS (
    SELECT w.sku, w.quantity, r.quantity AS before, ends.expires_at
    FROM unnest($2::text[], $3::int[]) AS w (sku, quantity)
    LEFT JOIN stock_reservations r ON (r.basket_id, r.sku) = ($1, w.sku)
    CROSS JOIN (
      SELECT least(
        statement_timestamp() + $4 * interval '1 second', frozen_at + $5 * interval '1 second'
      ) AS expires_at FROM baskets WHERE id = $1
    ) AS ends
    WHERE ends.expires_at > statement_timestamp()
  ), reserved AS (
    INSERT INTO stock_reservations (basket_id, sku, quantity, expires_at)
    SELECT $1, sku, quantity, expires_at FROM wanted
    ON CONFLICT (basket_id, sku) DO UPDATE SET quantity = excluded.quantity, expires_at = excluded.expires_at
  )
  UPDATE products p SET reserved = p.reserved + w.quantity - coalesce(w.before, 0)
  FROM wanted w WHERE p.sku = w.sku`;

export const LOCK_RESERVED = lockProducts(
  'ARRAY (SELECT sku FROM stock_reservations WHERE basket_id = ANY ($1))',
);

/** SQL: takes the rows of `removed` off the sums of their products, which must be locked. */
export const SUBTRACT_REMOVED = `
  UPDATE products p SET reserved = p.reserved - r.quantity
  FROM (SELECT sku, sum(quantity)::int AS quantity FROM removed GROUP BY sku) r
  WHERE p.sku = r.sku`;

export const RELEASE = `
  WITH removed AS (
    DELETE FROM stock_reservations WHERE basket_id = ANY ($1) RETURNING sku, quantity
  )
  ${SUBTRACT_REMOVED}`;

/**
 * Locks the products of a locked basket, and returns the basket with them. `available` is exact
 * where a line could be short.
 */
export async function lockProductsOf(
  manager: EntityManager,
  basket: BasketSnapshot,
): Promise<BasketSnapshot> {
  const skus = basket.lines.map(({ sku }) => sku);
  const locked = await manager.query<(ProductColumns & { sku: string })[]>(LOCK_PRODUCTS, [skus]);
  const products = new Map(locked.map((product) => [product.sku, toLineProduct(product)]));
  const lines = basket.lines.map((line) => ({ ...line, product: products.get(line.sku) ?? null }));
  const current = { ...basket, lines };
  await settleAvailability(manager, current);
  return current;
}

/**
 * Locks the products of a locked basket that track their stock, and returns the pieces to reserve.
 *
 * @throws Problem `insufficient-stock`
 */
export async function lockWantedStock(manager: EntityManager, basket: BasketSnapshot): Promise<WantedStock> {
  const tracked = basket.lines.filter(({ product }) => product && product.stock !== null);
  if (tracked.length === 0) return new Map();
  const current = await lockProductsOf(manager, { ...basket, lines: tracked });
  assertInStock(current);
  // An admin may have ended the tracking before the lock.
  return quantityBySku(current.lines.filter(({ product }) => product && product.stock !== null));
}

/** Reserves stock for a frozen basket, or prolongs its reservation. The products are locked. */
export async function reserveStock(
  manager: EntityManager,
  basketId: string,
  wanted: WantedStock,
  { reservationTtlSeconds, frozenTtlSeconds }: ReservationTimes,
): Promise<void> {
  if (wanted.size === 0) return;
  const values = [basketId, [...wanted.keys()], [...wanted.values()]];
  await manager.query(RESERVE, [...values, reservationTtlSeconds, frozenTtlSeconds]);
}

/**
 * Releases the reservations of locked or removed baskets.
 *
 * Call it once for all baskets of a transaction, because products are locked in the order of their
 * skus.
 */
export async function releaseReservations(manager: EntityManager, basketIds: string[]): Promise<void> {
  const locked = await manager.query<object[]>(LOCK_RESERVED, [basketIds]);
  if (locked.length > 0) await manager.query(RELEASE, [basketIds]);
}
