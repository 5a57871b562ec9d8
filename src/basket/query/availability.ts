import type { EntityManager } from 'typeorm';
import type { LineProduct } from './line-product.js';

type Queryable = Pick<EntityManager, 'query'>;

/** The members of a basket that reservations decide. */
interface StockedBasket {
  id: string;
  status: string;
  reservedUntil: Date | null;
  lines: { sku: string; quantity: number; product: LineProduct | null }[];
}

interface Reservations {
  sku: string;
  /** The pieces that other baskets hold. */
  ofOthers: number;
  /** The pieces that this basket holds. */
  own: number;
  /** The end of this basket's reservation. */
  ownUntil: Date | null;
}

const NONE = { ofOthers: 0, own: 0, ownUntil: null };

/** `$1` is the basket, or null before the first add, and `$2` the skus. */
export const COUNT_RESERVATIONS = `
  SELECT sku,
    coalesce(sum(quantity) FILTER (WHERE basket_id IS DISTINCT FROM $1::uuid), 0)::float8 AS "ofOthers",
    coalesce(sum(quantity) FILTER (WHERE basket_id = $1::uuid), 0)::float8 AS own,
    max(expires_at) FILTER (WHERE basket_id = $1::uuid) AS "ownUntil"
  FROM stock_reservations
  WHERE sku = ANY ($2) AND expires_at > statement_timestamp()
  GROUP BY sku`;

/** Returns the quantity of each sku over all lines. */
export function quantityBySku(lines: readonly { sku: string; quantity: number }[]): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return quantities;
}

/**
 * Counts the unexpired reservations of the products, and sets `available` to the exact number.
 *
 * Without it, `available` is a lower bound: stock less all reservations. A basket can always have
 * its own reserved pieces, as long as the stock has them: an admin may have lowered it.
 *
 * @returns the end of the basket's own reservation, or null without one
 */
export async function countAvailable(
  queryable: Queryable,
  basketId: string | null,
  products: readonly LineProduct[],
): Promise<Date | null> {
  const uncounted = products.filter(({ reserved }) => reserved > 0);
  if (uncounted.length === 0) return null;
  const skus = [...new Set(uncounted.map(({ sku }) => sku))];
  const rows = await queryable.query<Reservations[]>(COUNT_RESERVATIONS, [basketId, skus]);
  const bySku = new Map(rows.map((row) => [row.sku, row]));
  let reservedUntil: Date | null = null;
  for (const product of uncounted) {
    const { ofOthers, own, ownUntil } = bySku.get(product.sku) ?? NONE;
    product.reserved = 0;
    // An admin may have ended the tracking. The row then holds nothing.
    if (product.stock === null) continue;
    product.available = Math.max(product.stock - ofOthers, Math.min(product.stock, own), 0);
    reservedUntil ??= ownUntil;
  }
  return reservedUntil;
}

/**
 * Finds the products whose reservations decide something: a frozen basket may have reserved each of
 * its products, and an open one may have more of a product than the lower bound of `available`.
 */
function uncertainProducts({ status, lines }: StockedBasket): LineProduct[] {
  if (status === 'submitted') return [];
  const reserved = lines.flatMap(({ product }) => (product && product.reserved > 0 ? product : []));
  if (reserved.length === 0 || status === 'frozen') return reserved;
  const quantities = quantityBySku(lines);
  return reserved.filter(
    ({ sku, available }) => available !== null && (quantities.get(sku) ?? 0) > available,
  );
}

/** Says whether `settleAvailability` has to ask the database. */
export function isAvailabilityUncertain(basket: StockedBasket): boolean {
  return uncertainProducts(basket).length > 0;
}

/**
 * Makes `available` exact where it decides whether a line of the basket can be bought, and sets
 * `reservedUntil`. It needs no statement if nobody has reserved a product of the basket.
 */
export async function settleAvailability(queryable: Queryable, basket: StockedBasket): Promise<void> {
  basket.reservedUntil = await countAvailable(queryable, basket.id, uncertainProducts(basket));
}
