-- Used by: freeze with `reserve`.
-- Locks: the reservations of the basket, and the products. Basket and products are locked before.

WITH
  wanted AS (
    SELECT w.sku, w.quantity, r.quantity AS before, ends.expires_at
    FROM
      unnest($2::text[], $3::int[]) AS w (sku, quantity)
      LEFT JOIN stock_reservations r ON (r.basket_id, r.sku) = ($1, w.sku)
      CROSS JOIN (
        SELECT
          least(statement_timestamp() + $4 * interval '1 second', frozen_at + $5 * interval '1 second') AS expires_at
        FROM baskets
        WHERE id = $1
      ) AS ends
    WHERE ends.expires_at > statement_timestamp()
  ),
  reserved AS (
    INSERT INTO stock_reservations (basket_id, sku, quantity, expires_at)
    SELECT $1, sku, quantity, expires_at
    FROM wanted
    ON CONFLICT (basket_id, sku) DO UPDATE
    SET quantity = excluded.quantity, expires_at = excluded.expires_at
  )
UPDATE products p
SET reserved = p.reserved + w.quantity - coalesce(w.before, 0)
FROM wanted w
WHERE p.sku = w.sku
