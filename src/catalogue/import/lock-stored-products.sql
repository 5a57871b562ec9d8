-- Used by: `products:import` and `POST /api/admin/products`.
-- Locks: the products that are in the table, by sku.

SELECT
  p.sku,
  p.image_url AS "imageUrl",
  p.stock,
  p.min_quantity AS "minQuantity",
  p.max_quantity AS "maxQuantity",
  p.quantity_step AS "quantityStep"
FROM products p
WHERE p.sku = ANY ($1)
ORDER BY p.sku
FOR NO KEY UPDATE
