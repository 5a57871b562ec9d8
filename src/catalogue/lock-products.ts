/**
 * SQL: locks products, always in the order of their skus, so that two orders of the same products
 * do not deadlock.
 *
 * A statement that waits for a lock keeps its old snapshot. So rows of other tables are read in the
 * next statement. See docs/decisions/05-lock-order.md.
 *
 * @param skus SQL: an array
 */
export const lockProducts = (skus: string, columns = 'p.sku'): string => `
  SELECT ${columns} FROM products p WHERE p.sku = ANY (${skus}) ORDER BY p.sku FOR NO KEY UPDATE`;
