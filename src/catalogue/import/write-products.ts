import type { EntityManager } from 'typeorm';
import { TransactionConflict } from '../../database/retry-transaction.js';
import { messageOf } from '../../problem/error-text.js';
import { lockProducts } from '../lock-products.js';
import { applyLines, type LineError, type ProductLine, type StoredProduct } from './apply-lines.js';
import type { ProductColumn } from './product-columns.js';
import type { ProductRow } from './product-row.js';

const NAMES: Record<ProductColumn, string> = {
  sku: 'sku',
  name: 'name',
  unitPriceMinor: 'unit_price_minor',
  description: 'description',
  imageUrl: 'image_url',
  stock: 'stock',
  stockChange: 'stock',
  isActive: 'is_active',
  minQuantity: 'min_quantity',
  maxQuantity: 'max_quantity',
  quantityStep: 'quantity_step',
};

/** The columns whose values are compared with the stored product. */
const COMPARED: ProductColumn[] = ['stockChange', 'minQuantity', 'maxQuantity', 'quantityStep'];

export const LOCK_STORED = lockProducts(
  '$1',
  'p.sku, p.stock, p.min_quantity AS "minQuantity", p.max_quantity AS "maxQuantity", p.quantity_step AS "quantityStep"',
);

/**
 * If a row leaves `is_active` empty, a new product is for sale, and an existing one keeps its
 * value.
 */
const IS_ACTIVE = {
  value: 'coalesce(is_active, true)',
  change: 'is_active = CASE WHEN excluded.sku = ANY ($2) THEN products.is_active ELSE excluded.is_active END',
};

/**
 * With `stockChange`, a row has the new stock of a locked product. Null is a product that was not
 * in the table, or whose stock is not tracked: if it was created meanwhile, it keeps its stock.
 */
const STOCK_AFTER_CHANGE = 'stock = coalesce(excluded.stock, products.stock)';

/**
 * Creates or changes products. For a column that is not in `columns`, an existing product keeps its
 * value, and a new one gets the table's default.
 *
 * `$1` is the rows as JSON. `$2` is the skus of the rows with an empty `is_active`, if that is one
 * of the columns. Rows are sorted by sku, because products are always locked in this order. See
 * docs/decisions/05-lock-order.md.
 */
export function writeStatement(columns: readonly ProductColumn[]): string {
  const names = columns.map((column) => NAMES[column]);
  const values = names.map((name) => (name === 'is_active' ? IS_ACTIVE.value : name));
  const changes = columns.filter((column) => column !== 'sku').map(changeOf);
  return `
    INSERT INTO products (${names.join(', ')})
    SELECT ${values.join(', ')}
    FROM jsonb_to_recordset($1::jsonb) AS line (
      sku text, name text, unit_price_minor int, description text, image_url text, stock int, is_active boolean,
      min_quantity int, max_quantity int, quantity_step int
    )
    ORDER BY sku
    ON CONFLICT (sku) DO UPDATE SET ${changes.join(', ')}`;
}

function changeOf(column: ProductColumn): string {
  if (column === 'isActive') return IS_ACTIVE.change;
  if (column === 'stockChange') return STOCK_AFTER_CHANGE;
  return `${NAMES[column]} = excluded.${NAMES[column]}`;
}

/**
 * Creates or changes the products of some lines, and returns the lines that are impossible. Runs in
 * a transaction: the products stay locked from the comparison to the change.
 *
 * @throws TransactionConflict if a product was created meanwhile, with values that make a line
 *   impossible
 */
export async function writeProducts(
  manager: EntityManager,
  columns: readonly ProductColumn[],
  lines: readonly ProductLine[],
): Promise<LineError[]> {
  const isCompared = columns.some((column) => COMPARED.includes(column));
  const stored = isCompared ? await lockStored(manager, lines) : new Map<string, StoredProduct>();
  const { rows, errors } = applyLines(lines, stored);
  try {
    if (rows.length > 0) await manager.query(writeStatement(columns), parametersOf(columns, rows));
  } catch (cause) {
    if (!isImpossibleRule(cause)) throw cause;
    throw new TransactionConflict(messageOf(cause), { cause });
  }
  return errors;
}

/** Recognises the check of the table. pg gives its name, and TypeORM copies it. */
function isImpossibleRule(error: unknown): boolean {
  return (error as { constraint?: unknown }).constraint === 'products_max_quantity';
}

async function lockStored(
  manager: EntityManager,
  lines: readonly ProductLine[],
): Promise<Map<string, StoredProduct>> {
  const skus = lines.map(({ row }) => row.sku);
  const found = await manager.query<(StoredProduct & { sku: string })[]>(LOCK_STORED, [skus]);
  return new Map(found.map(({ sku, ...product }) => [sku, product]));
}

function parametersOf(columns: readonly ProductColumn[], rows: readonly ProductRow[]): unknown[] {
  const records = rows.map((row) =>
    Object.fromEntries(
      columns.map((column) => [NAMES[column], row[column === 'stockChange' ? 'stock' : column]]),
    ),
  );
  const keepsIsActive = rows.filter(({ isActive }) => isActive === undefined).map(({ sku }) => sku);
  return [JSON.stringify(records), ...(columns.includes('isActive') ? [keepsIsActive] : [])];
}
