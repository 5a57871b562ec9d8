import { MAX_INT } from '../http/input/max-int.js';
import { invalidInput } from '../http/input/validation.pipe.js';
import { Problem } from '../problem/problem.js';
import type { Product } from './product.entity.js';
import { findRuleFault, type QuantityRule } from './quantity-rule.js';

/** The members of a product to change, and the number of pieces to add to its stock. */
export interface ProductChanges extends Partial<Omit<Product, 'sku' | 'reserved'>> {
  stockChange?: number;
}

/** @throws Problem `invalid-input` for a rule that allows no quantity */
export function assertPossibleRule(rule: QuantityRule): void {
  const message = findRuleFault(rule);
  if (message !== null) throw invalidInput([{ field: 'maxQuantity', message }]);
}

/** @throws Problem `invalid-input` for changes that set the stock and add to it */
export function assertOneStock(changes: ProductChanges): void {
  const message = findTwoStocksFault(changes);
  if (message !== null) throw invalidInput([{ field: 'stockChange', message }]);
}

/** Returns the reason why changes can't set the stock and add to it, or null. */
export function findTwoStocksFault({ stock, stockChange }: ProductChanges): string | null {
  if (stock === undefined || stockChange === undefined) return null;
  return 'stockChange adds to the stock, and stock replaces it: send only one of them';
}

/**
 * Checks changes against the stored product. Its row must be locked.
 *
 * @throws Problem `invalid-input` or `insufficient-stock`
 */
export function assertChangeable(product: Product, { stockChange, ...members }: ProductChanges): void {
  assertPossibleRule({ ...product, ...members });
  if (stockChange === undefined) return;
  const { stock } = product;
  const message = findStockChangeFault(stock, stockChange);
  if (message === null) return;
  if (stock === null || stockChange > 0) throw invalidInput([{ field: 'stockChange', message }]);
  throw new Problem('insufficient-stock', `The stock is ${stock}: a change can take off at most ${stock}.`, {
    available: stock,
  });
}

/** Returns the reason why a stock can't be changed by a number of pieces, or null. */
export function findStockChangeFault(stock: number | null, stockChange: number): string | null {
  if (stock === null) return 'stockChange needs a tracked stock, and the stock of this product is unlimited';
  if (stock + stockChange < 0) return `stockChange must not lower the stock (${stock}) below 0`;
  if (stock + stockChange > MAX_INT) {
    return `stockChange must not raise the stock (${stock}) above ${MAX_INT}`;
  }
  return null;
}
