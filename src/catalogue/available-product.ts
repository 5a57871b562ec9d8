import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { Product } from './product.entity.js';

/** A product with the number of pieces that a new basket can have. */
export interface AvailableProduct extends Product {
  /** Null: the stock is not tracked. */
  available: number | null;
}

/**
 * The stock without the unexpired reservations. PostgreSQL runs the subquery only for a product
 * with reservations.
 *
 * `reserved` alone would be too much: it also counts expired reservations until the cleanup.
 */
const AVAILABLE = `
  CASE WHEN product.reserved = 0 OR product.stock IS NULL THEN product.stock
    ELSE greatest(0, product.stock - (
      SELECT coalesce(sum(r.quantity), 0)
      FROM stock_reservations r
      WHERE r.sku = product.sku AND r.expires_at > statement_timestamp()
    ))::int
  END`;

/** Selects from `product`, for `findAvailable`. */
export function selectProducts(manager: EntityManager): SelectQueryBuilder<Product> {
  return manager.createQueryBuilder(Product, 'product');
}

/** Runs a query of `selectProducts`, as one statement. */
export async function findAvailable(query: SelectQueryBuilder<Product>): Promise<AvailableProduct[]> {
  const { entities, raw } = await query.addSelect(AVAILABLE, 'available').getRawAndEntities();
  const rows = raw as Pick<AvailableProduct, 'available'>[];
  return entities.map((product, index) => ({ ...product, available: rows[index]?.available ?? null }));
}
