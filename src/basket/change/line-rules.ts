import { isAllowedQuantity, nearestQuantities } from '../../catalogue/quantity-rule.js';
import { Problem } from '../../problem/problem.js';
import type { BasketSnapshot } from '../query/basket-snapshot.js';
import type { LineProduct } from '../query/line-product.js';

/**
 * Checks the quantity of a product over all lines of a basket: the shop's limit, the product's
 * rule, then the stock.
 *
 * @param product its `available` is exact (`countAvailable`), or not below the total
 * @returns Problem `quantity-limit`, `quantity-rule` or `insufficient-stock`, or null
 */
export function findBreach(total: number, product: LineProduct, maxQuantity: number): Problem | null {
  if (total > maxQuantity) {
    return new Problem('quantity-limit', `A basket holds at most ${maxQuantity} of a product.`, {
      limit: maxQuantity,
    });
  }
  if (!isAllowedQuantity(total, product)) return quantityRule(total, product);
  if (product.available !== null && total > product.available) {
    const detail = `Reduce the quantity to ${product.available} or less.`;
    return new Problem('insufficient-stock', detail, { available: product.available });
  }
  return null;
}

function quantityRule(total: number, product: LineProduct): Problem {
  const { minQuantity, maxQuantity, quantityStep } = product;
  const nearest = nearestQuantities(total, product);
  const choices = [nearest.below, nearest.above].filter((quantity) => quantity !== null);
  const detail = `${product.sku} cannot be bought in the quantity ${total}. Choose ${choices.join(' or ') || 'another product'}.`;
  return new Problem('quantity-rule', detail, { minQuantity, maxQuantity, quantityStep, nearest });
}

export function tooManyLines(maxLines: number): Problem {
  return new Problem('quantity-limit', `A basket holds at most ${maxLines} lines.`, { limit: maxLines });
}

export function unknownSku(sku: string): Problem {
  return new Problem('unknown-sku', `No product for sale has the sku ${JSON.stringify(sku)}.`);
}

/** Refuses a new quantity of a line whose product is no longer for sale. */
export function unavailable(sku: string): Problem {
  return new Problem('unavailable', 'It can only be removed.', { skus: [sku] });
}

/** @throws Problem `basket-frozen` */
export function assertOpen(basket: BasketSnapshot | null): void {
  if (basket === null || basket.status === 'open') return;
  throw new Problem('basket-frozen', 'The basket is frozen for a payment. Thaw it before you change it.');
}
