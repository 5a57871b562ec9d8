import type { EntityManager } from 'typeorm';
import { TransactionConflict } from '../../database/retry-transaction.js';
import { lockProducts } from '../lock-products.js';
import { applyLines, type LineFault, type ProductLine, type StoredProduct } from './apply-lines.js';

/** The result of a write. Its numbers are those of products, not of lines. */
export interface WrittenProducts {
  created: number;
  updated: number;
  faults: LineFault[];
}

/**
 * How often a transaction with `writeProducts` is tried. Each conflict means that another one has
 * created products. With many that create the same ones, the last one has the most conflicts.
 */
export const WRITE_TRIES = 50;

export const LOCK_STORED = lockProducts(
  '$1',
  'p.sku, p.image_url AS "imageUrl", p.stock, p.min_quantity AS "minQuantity", p.max_quantity AS "maxQuantity", p.quantity_step AS "quantityStep"',
);

/** The rows, from JSON. */
const LINES = `
  jsonb_to_recordset($1::jsonb) AS line (
    sku text, name text, "unitPriceMinor" int, description text, "imageUrl" text, stock int, "isActive" boolean,
    "minQuantity" int, "maxQuantity" int, "quantityStep" int
  )`;

/**
 * Skips a product that was created meanwhile. An update would have to wait for its lock, while this
 * transaction holds locks on products that may come later in the order.
 */
export const INSERT_PRODUCTS = `
  INSERT INTO products (
    sku, name, unit_price_minor, description, image_url, stock, is_active, min_quantity, max_quantity, quantity_step
  )
  SELECT
    sku, name, "unitPriceMinor", coalesce(description, ''), "imageUrl", stock, coalesce("isActive", true),
    "minQuantity", "maxQuantity", "quantityStep"
  FROM ${LINES}
  ORDER BY sku
  ON CONFLICT (sku) DO NOTHING
  RETURNING sku`;

/** A missing member keeps its value. A row always has the members that can be null. */
export const UPDATE_PRODUCTS = `
  UPDATE products
  SET
    name = coalesce(line.name, products.name),
    unit_price_minor = coalesce("unitPriceMinor", unit_price_minor),
    description = coalesce(line.description, products.description),
    image_url = "imageUrl",
    stock = line.stock,
    is_active = coalesce("isActive", is_active),
    min_quantity = "minQuantity",
    max_quantity = "maxQuantity",
    quantity_step = "quantityStep"
  FROM ${LINES}
  WHERE products.sku = line.sku`;

/**
 * Creates or changes the products of some lines, and returns the errors of the impossible lines.
 * Runs in a transaction: the products stay locked from the comparison to the change.
 *
 * A member that a line omits keeps its value, and a new product gets the default.
 *
 * @throws TransactionConflict if a product was created meanwhile
 */
export async function writeProducts(
  manager: EntityManager,
  lines: readonly ProductLine[],
): Promise<WrittenProducts> {
  const stored = await lockStored(manager, lines);
  const { rows, faults } = applyLines(lines, stored);
  const created = rows.filter(({ sku }) => !stored.has(sku));
  const updated = rows.filter(({ sku }) => stored.has(sku));
  if (created.length > 0) {
    const inserted = await manager.query<unknown[]>(INSERT_PRODUCTS, [JSON.stringify(created)]);
    if (inserted.length < created.length) throw new TransactionConflict('A product was created meanwhile');
  }
  if (updated.length > 0) await manager.query(UPDATE_PRODUCTS, [JSON.stringify(updated)]);
  return { created: created.length, updated: updated.length, faults };
}

async function lockStored(
  manager: EntityManager,
  lines: readonly ProductLine[],
): Promise<Map<string, StoredProduct>> {
  const skus = lines.map(({ row }) => row.sku);
  const found = await manager.query<(StoredProduct & { sku: string })[]>(LOCK_STORED, [skus]);
  return new Map(found.map(({ sku, ...product }) => [sku, product]));
}
