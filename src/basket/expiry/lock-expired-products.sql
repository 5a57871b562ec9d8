-- Used by: each run of the cleanup (`ReleaseExpiredOnCleanupHandler`).
-- Locks: the products with expired reservations, by sku.

SELECT p.sku
FROM products p
WHERE
  p.sku = ANY (
    ARRAY(
      SELECT sku
      FROM stock_reservations
      WHERE expires_at <= statement_timestamp()
      ORDER BY expires_at
      LIMIT $1
    )
  )
ORDER BY p.sku
FOR NO KEY UPDATE
