import type { FieldError } from '../../http/input/validation.pipe.js';
import type { Product } from '../product.entity.js';
import { findStockChangeFault, type ProductChanges } from '../product-changes.js';
import { findRuleFault } from '../quantity-rule.js';

/** The members of a product to create or to change. A missing one keeps its value. */
export interface ProductRow extends ProductChanges {
  sku: string;
}

/** A row of a file or of a request, with its number. */
export interface ProductLine {
  line: number;
  row: ProductRow;
}

/** An error of a line, with the member that causes it. */
export interface LineFault extends FieldError {
  line: number;
}

/** The values of a product that can make a line impossible, or that a line can set to null. */
export type StoredProduct = Pick<
  Product,
  'imageUrl' | 'stock' | 'minQuantity' | 'maxQuantity' | 'quantityStep'
>;

const NEW_PRODUCT: StoredProduct = {
  imageUrl: null,
  stock: null,
  minQuantity: 1,
  maxQuantity: null,
  quantityStep: 1,
};

/**
 * Applies lines to stored products in their order, and refuses the impossible ones.
 *
 * Returns one row a sku, with all members of `StoredProduct`. Of two lines with the same sku, the
 * later one counts, but each `stockChange` is added: `stock` of the row is the stock after all of
 * them.
 *
 * @param stored by sku
 */
export function applyLines(
  lines: readonly ProductLine[],
  stored: ReadonlyMap<string, StoredProduct>,
): { rows: (ProductRow & StoredProduct)[]; faults: LineFault[] } {
  const rows = new Map<string, ProductRow & StoredProduct>();
  const products = new Map(stored);
  const faults: LineFault[] = [];
  for (const { line, row } of lines) {
    const before = products.get(row.sku);
    const product = applyRow(before ?? NEW_PRODUCT, row);
    const errors = [...findMissing(before, row), ...findErrors(product, row)];
    if (errors.length > 0) {
      faults.push(...errors.map((error) => ({ line, ...error })));
    } else {
      const after = { ...product, stock: stockAfter(product, row) };
      products.set(row.sku, after);
      rows.set(row.sku, { ...row, ...after });
    }
  }
  return { rows: [...rows.values()], faults };
}

/** Applies all members but `stockChange`. */
function applyRow(before: StoredProduct, row: ProductRow): StoredProduct {
  const { imageUrl, stock, minQuantity, maxQuantity, quantityStep } = { ...before, ...row };
  return { imageUrl, stock, minQuantity, maxQuantity, quantityStep };
}

function findMissing(before: StoredProduct | undefined, row: ProductRow): FieldError[] {
  if (before) return [];
  const missing = (['name', 'unitPriceMinor'] as const).filter((field) => row[field] === undefined);
  return missing.map((field) => ({ field, message: `${field} is required for a new product` }));
}

function findErrors(product: StoredProduct, { stockChange }: ProductRow): FieldError[] {
  const rule = findRuleFault(product);
  const stock = stockChange === undefined ? null : findStockChangeFault(product.stock, stockChange);
  return [
    ...(rule === null ? [] : [{ field: 'maxQuantity', message: rule }]),
    ...(stock === null ? [] : [{ field: 'stockChange', message: stock }]),
  ];
}

function stockAfter({ stock }: StoredProduct, { stockChange }: ProductRow): number | null {
  return stockChange === undefined ? stock : (stock ?? 0) + stockChange;
}
