import type { EntityManager } from 'typeorm';
import type { ProductColumn } from './product-columns.js';
import type { ProductRow } from './product-row.js';

const NAMES: Record<ProductColumn, string> = {
  sku: 'sku',
  name: 'name',
  unitPriceMinor: 'unit_price_minor',
  description: 'description',
  imageUrl: 'image_url',
  stock: 'stock',
  isActive: 'is_active',
};

/**
 * If a row leaves `is_active` empty, a new product is for sale, and an existing one keeps its
 * value.
 */
const IS_ACTIVE = {
  value: 'coalesce(is_active, true)',
  change: 'is_active = CASE WHEN excluded.sku = ANY ($2) THEN products.is_active ELSE excluded.is_active END',
};

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
  const changes = names
    .filter((name) => name !== 'sku')
    .map((name) => (name === 'is_active' ? IS_ACTIVE.change : `${name} = excluded.${name}`));
  return `
    INSERT INTO products (${names.join(', ')})
    SELECT ${values.join(', ')}
    FROM jsonb_to_recordset($1::jsonb) AS line (
      sku text, name text, unit_price_minor int, description text, image_url text, stock int, is_active boolean
    )
    ORDER BY sku
    ON CONFLICT (sku) DO UPDATE SET ${changes.join(', ')}`;
}

/** @param rows each sku at most once */
export async function writeProducts(
  manager: EntityManager,
  columns: readonly ProductColumn[],
  rows: readonly ProductRow[],
): Promise<void> {
  const lines = rows.map((row) => columns.map((column) => [NAMES[column], row[column]] as const));
  const parameters: unknown[] = [JSON.stringify(lines.map((line) => Object.fromEntries(line)))];
  if (columns.includes('isActive')) {
    parameters.push(rows.filter(({ isActive }) => isActive === undefined).map(({ sku }) => sku));
  }
  await manager.query(writeStatement(columns), parameters);
}
