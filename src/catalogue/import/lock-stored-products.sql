-- Used by: `products:import` of a file with `stockChange` or a column of a quantity rule.
-- Locks: the products of a batch, by sku.

SELECT
  p.sku,
  p.stock,
  p.min_quantity AS "minQuantity",
  p.max_quantity AS "maxQuantity",
  p.quantity_step AS "quantityStep"
FROM products p
WHERE p.sku = ANY ($1)
ORDER BY p.sku
FOR NO KEY UPDATE
