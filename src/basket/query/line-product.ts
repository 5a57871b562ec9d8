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

type Defaults = 'reserved' | 'minQuantity' | 'quantityStep';

/** The columns of a product in a row. Null stands for the defaults, which most products have. */
export type ProductColumns = Omit<LineProduct, 'sku' | 'available' | Defaults> &
  Record<Defaults, number | null>;

/** SQL: the columns of a product `p`. */
export const PRODUCT_COLUMNS = `
  p.name, p.unit_price_minor AS "unitPriceMinor", p.stock, nullif(p.reserved, 0) AS reserved, p.is_active AS "isActive",
  nullif(p.min_quantity, 1) AS "minQuantity", p.max_quantity AS "maxQuantity",
  nullif(p.quantity_step, 1) AS "quantityStep"`;

/** Takes a product of the catalogue, or a row with its columns. */
export function toLineProduct(product: ProductColumns & { sku: string }): LineProduct {
  const { sku, name, unitPriceMinor, stock, isActive, maxQuantity } = product;
  const reserved = product.reserved ?? 0;
  return {
    sku,
    name,
    unitPriceMinor,
    stock,
    reserved,
    available: stock === null ? null : Math.max(stock - reserved, 0),
    isActive,
    minQuantity: product.minQuantity ?? 1,
    maxQuantity,
    quantityStep: product.quantityStep ?? 1,
  };
}
