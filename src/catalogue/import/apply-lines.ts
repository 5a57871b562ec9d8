import type { Product } from '../product.entity.js';
import { findStockChangeFault } from '../product-changes.js';
import { findRuleFault } from '../quantity-rule.js';
import { CsvError } from './csv-error.js';
import type { ProductRow } from './product-row.js';

/** A line of the file, with its number. */
export interface ProductLine {
  line: number;
  row: ProductRow;
}

/** A line that is refused. The first line of the file is 1. */
export interface LineError {
  line: number;
  message: string;
}

/** The values of a product that can make a line impossible. */
export type StoredProduct = Pick<Product, 'minQuantity' | 'maxQuantity' | 'quantityStep' | 'stock'>;

const NEW_PRODUCT: StoredProduct = { minQuantity: 1, maxQuantity: null, quantityStep: 1, stock: null };

/**
 * Applies lines to stored products in the order of the file, and refuses the impossible ones.
 *
 * Returns one row a sku. Of two lines with the same sku, the later one counts, but each
 * `stockChange` is added: `stock` of the row is the stock after all of them.
 *
 * @param stored by sku
 */
export function applyLines(
  lines: readonly ProductLine[],
  stored: ReadonlyMap<string, StoredProduct>,
): { rows: ProductRow[]; errors: LineError[] } {
  const rows = new Map<string, ProductRow>();
  const products = new Map(stored);
  const errors: LineError[] = [];
  for (const { line, row } of lines) {
    const product = applyRow(products.get(row.sku) ?? NEW_PRODUCT, row);
    if (product instanceof CsvError) {
      errors.push({ line, message: product.message });
    } else {
      products.set(row.sku, product);
      rows.set(row.sku, { ...row, stock: product.stock });
    }
  }
  return { rows: [...rows.values()], errors };
}

function applyRow(before: StoredProduct, row: ProductRow): StoredProduct | CsvError {
  const { minQuantity, maxQuantity, quantityStep, stock } = { ...before, ...row };
  const after = { minQuantity, maxQuantity, quantityStep, stock };
  const ruleFault = findRuleFault(after);
  if (ruleFault !== null) return new CsvError(ruleFault);
  if (row.stockChange === undefined) return after;
  const stockFault = findStockChangeFault(stock, row.stockChange);
  if (stockFault !== null) return new CsvError(stockFault);
  return { ...after, stock: (stock ?? 0) + row.stockChange };
}
