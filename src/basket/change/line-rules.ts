import { Problem } from '../../problem/problem.js';
import type { LineProduct, BasketSnapshot } from '../query/basket-snapshot.js';

/** The shop's limits for one basket. */
export interface BasketLimits {
  maxQuantity: number;
  maxLines: number;
}

/**
 * Checks the quantity of a line against the shop's limits and the stock.
 *
 * @param quantity the quantity after the change
 * @throws Problem `quantity-limit` or `insufficient-stock`
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
    const detail = `Set the quantity of the line to ${product.stock} or less.`;
    throw new Problem('insufficient-stock', detail, { available: product.stock });
  }
}

/** @throws Problem `basket-frozen` */
export function assertOpen(basket: BasketSnapshot | null): void {
  if (basket === null || basket.status === 'open') return;
  throw new Problem('basket-frozen', 'The basket is frozen for a payment. Thaw it before you change it.');
}
