-- Used by: `POST /api/basket/submit` and `POST /api/admin/baskets/:id/submit`.
-- Locks: the reservations of the basket, and the products. Basket and products are locked before.

WITH
  consumed AS (
    DELETE FROM stock_reservations
    WHERE basket_id = $1 AND sku = ANY ($2)
    RETURNING sku, quantity
  ),
  sold AS (
    SELECT sku, sum(quantity) AS quantity
    FROM unnest($2::text[], $3::int[]) AS line(sku, quantity)
    GROUP BY sku
  )
UPDATE products p
SET stock = p.stock - sold.quantity, reserved = p.reserved - coalesce(consumed.quantity, 0)
FROM sold LEFT JOIN consumed USING (sku)
WHERE p.sku = sold.sku AND (p.stock IS NOT NULL OR consumed.sku IS NOT NULL)
