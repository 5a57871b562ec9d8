import type { QuantityRule } from '../../catalogue/quantity-rule.js';

/** The product of a line, as the catalogue has it now. */
export interface LineProduct extends QuantityRule {
  sku: string;
  name: string;
  unitPriceMinor: number;
  stock: number | null;
  /** The reservations that `available` leaves out without a count. 0: `available` is exact. */
  reserved: number;
  /** The pieces that this basket can have, over all its lines. Null: the stock is not tracked. */
  available: number | null;
  isActive: boolean;
}

/** The columns of a product in a row. */
export type ProductColumns = Omit<LineProduct, 'sku' | 'available'>;

/** SQL: the columns of a product `p`. */
export const PRODUCT_COLUMNS = `
  p.name, p.unit_price_minor AS "unitPriceMinor", p.stock, p.reserved, p.is_active AS "isActive",
  p.min_quantity AS "minQuantity", p.max_quantity AS "maxQuantity", p.quantity_step AS "quantityStep"`;

/** Takes a product of the catalogue, or a row with its columns. */
export function toLineProduct(product: ProductColumns & { sku: string }): LineProduct {
  const { sku, name, unitPriceMinor, stock, reserved, isActive } = product;
  const { minQuantity, maxQuantity, quantityStep } = product;
  return {
    sku,
    name,
    unitPriceMinor,
    stock,
    reserved,
    available: stock === null ? null : Math.max(stock - reserved, 0),
    isActive,
    minQuantity,
    maxQuantity,
    quantityStep,
  };
}
