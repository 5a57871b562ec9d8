-- Used by: every thaw, and the removal of frozen baskets (`releaseReservations`).
-- Locks: the products with reservations of the baskets, by sku. The baskets are locked or removed
-- before.

SELECT p.sku
FROM products p
WHERE p.sku = ANY (ARRAY(SELECT sku FROM stock_reservations WHERE basket_id = ANY ($1)))
ORDER BY p.sku
FOR NO KEY UPDATE
