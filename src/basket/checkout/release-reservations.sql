-- Used by: every thaw, and the removal of frozen baskets, if they have reservations.
-- Locks: the reservations of the baskets, and their products. Baskets and products are locked
-- before.

WITH removed AS (DELETE FROM stock_reservations WHERE basket_id = ANY ($1) RETURNING sku, quantity)
UPDATE products p
SET reserved = p.reserved - r.quantity
FROM (SELECT sku, sum(quantity)::int AS quantity FROM removed GROUP BY sku) r
WHERE p.sku = r.sku
