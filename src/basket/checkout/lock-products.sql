-- Used by: freeze with `reserve`, and submit. The skus are those of the basket's lines.
-- Locks: the products, by sku. The basket is locked before.

SELECT
  p.sku,
  p.name,
  p.unit_price_minor AS "unitPriceMinor",
  p.stock,
  nullif(p.reserved, 0) AS reserved,
  p.is_active AS "isActive",
  nullif(p.min_quantity, 1) AS "minQuantity",
  p.max_quantity AS "maxQuantity",
  nullif(p.quantity_step, 1) AS "quantityStep"
FROM products p
WHERE p.sku = ANY ($1)
ORDER BY p.sku
FOR NO KEY UPDATE
