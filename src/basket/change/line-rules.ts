import { Problem } from '../../problem/problem.js';
import type { LineProduct, BasketSnapshot } from '../query/basket-snapshot.js';

/** The shop's limits for one basket. */
export interface BasketLimits {
  maxQuantity: number;
  maxLines: number;
}

/**
 * Checks a wanted quantity against the shop's limits and the stock.
 *
 * @param quantity the line's quantity after the change
 * @throws Problem `quantity-limit` or `insufficient-stock`, with the limit
 */
export function assertWithinLimits(
  basket: BasketSnapshot | null,
  sku: string,
  product: LineProduct,
  quantity: number,
  limits: BasketLimits,
): void {
  const lines = basket?.lines ?? [];
  const { maxQuantity, maxLines } = limits;
  if (quantity > maxQuantity) {
    throw new Problem('quantity-limit', `A line holds at most ${maxQuantity}.`, { limit: maxQuantity });
  }
  if (lines.length >= maxLines && !lines.some((line) => line.sku === sku)) {
    throw new Problem('quantity-limit', `A basket holds at most ${maxLines} lines.`, { limit: maxLines });
  }
  if (product.stock !== null && quantity > product.stock) {
    const detail = `Ask for ${product.stock} or less in all.`;
    throw new Problem('insufficient-stock', detail, { available: product.stock });
  }
}

/** @throws Problem `basket-frozen` */
export function assertOpen(basket: BasketSnapshot | null): void {
  if (basket === null || basket.status === 'open') return;
  throw new Problem('basket-frozen', 'The basket is being paid for. Thaw it to change it.');
}
