-- Used by: `POST /api/admin/orders/:id/cancel`.
-- Locks: the products of the order's lines that took stock, by sku. The order is locked before.

SELECT p.sku
FROM products p
WHERE
  p.sku = ANY (
    ARRAY(SELECT sku FROM basket_lines WHERE basket_id = $1 AND is_stock_taken IS NOT FALSE)
  )
ORDER BY p.sku
FOR NO KEY UPDATE
