import type { MergeableLine } from '../../src/basket/merge/merge-lines.js';
import { type Attributes, variantOf } from '../../src/basket/query/line-id.js';

export interface LineOptions {
  /** The pieces that the basket can have. */
  available?: number | null;
  maxQuantity?: number | null;
  isActive?: boolean;
  attributes?: Attributes;
  /** The place in the order of adding. */
  position?: number;
}

/** A line with its product, for the pure functions. */
export function mergeableLine(sku: string, quantity: number, options: LineOptions = {}): MergeableLine {
  const { available = null, maxQuantity = null, isActive = true, attributes = {}, position = 0 } = options;
  const product = {
    sku,
    name: sku,
    unitPriceMinor: 7,
    stock: available,
    reserved: 0,
    available,
    isActive,
    minQuantity: 1,
    maxQuantity,
    quantityStep: 1,
  };
  return { sku, variant: variantOf(sku, attributes), attributes, quantity, position, product };
}
