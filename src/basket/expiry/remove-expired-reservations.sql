-- Used by: each run of the cleanup (`ReleaseExpiredOnCleanupHandler`).
-- Locks: the expired reservations, and their products. The products are locked before.

WITH
  removed AS (
    DELETE FROM stock_reservations
    WHERE
      ctid = ANY (
        ARRAY(
          SELECT ctid
          FROM stock_reservations
          WHERE sku = ANY ($1) AND expires_at <= statement_timestamp()
          LIMIT $2
        )
      )
    RETURNING sku, quantity
  ),
  released AS (
    UPDATE products p
    SET reserved = p.reserved - r.quantity
    FROM (SELECT sku, sum(quantity)::int AS quantity FROM removed GROUP BY sku) r
    WHERE p.sku = r.sku
  )
SELECT
  count(*)::int AS count,
  (extract(epoch FROM statement_timestamp()) * 1000)::bigint::float8 AS "databaseAt"
FROM removed
