import type { EntityManager } from 'typeorm';
import type { LineProduct } from './line-product.js';

type Queryable = Pick<EntityManager, 'query'>;

/** The members of a basket that decide whether its lines can be bought. */
interface StockedBasket {
  id: string;
  status: string;
  lines: { sku: string; quantity: number; product: LineProduct | null }[];
}

interface Reservations {
  sku: string;
  /** The pieces that other baskets hold. */
  ofOthers: number;
  /** The pieces that this basket holds. */
  own: number;
}

/** `$1` is the basket, or null before the first add, and `$2` the skus. */
export const COUNT_RESERVATIONS = `
  SELECT sku,
    coalesce(sum(quantity) FILTER (WHERE basket_id IS DISTINCT FROM $1::uuid), 0)::float8 AS "ofOthers",
    coalesce(sum(quantity) FILTER (WHERE basket_id = $1::uuid), 0)::float8 AS own
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
 */
export async function countAvailable(
  queryable: Queryable,
  basketId: string | null,
  products: readonly LineProduct[],
): Promise<void> {
  const uncounted = products.filter(({ reserved }) => reserved > 0);
  if (uncounted.length === 0) return;
  const skus = [...new Set(uncounted.map(({ sku }) => sku))];
  const rows = await queryable.query<Reservations[]>(COUNT_RESERVATIONS, [basketId, skus]);
  const bySku = new Map(rows.map((row) => [row.sku, row]));
  for (const product of uncounted) {
    const { ofOthers, own } = bySku.get(product.sku) ?? { ofOthers: 0, own: 0 };
    product.reserved = 0;
    if (product.stock === null) continue;
    product.available = Math.max(product.stock - ofOthers, Math.min(product.stock, own), 0);
  }
}

/** Finds the products of which the basket has more than the lower bound of `available`. */
function uncertainProducts({ status, lines }: StockedBasket): LineProduct[] {
  if (status === 'submitted' || !lines.some(({ product }) => product && product.reserved > 0)) return [];
  const quantities = quantityBySku(lines);
  return lines.flatMap(({ sku, product }) => {
    const isShort = product?.available != null && (quantities.get(sku) ?? 0) > product.available;
    return product && isShort && product.reserved > 0 ? product : [];
  });
}

/** Says whether `settleAvailability` has to ask the database. */
export function isAvailabilityUncertain(basket: StockedBasket): boolean {
  return uncertainProducts(basket).length > 0;
}

/** Makes `available` exact where it decides whether a line of the basket can be bought. */
export async function settleAvailability(queryable: Queryable, basket: StockedBasket): Promise<void> {
  await countAvailable(queryable, basket.id, uncertainProducts(basket));
}
