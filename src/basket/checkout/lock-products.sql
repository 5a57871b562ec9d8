-- Used by: freeze with `reserve`, and submit. The skus are those of the basket's lines.
-- Locks: the products, by sku. The basket is locked before.

SELECT
  p.sku,
  p.name,
  p.unit_price_minor AS "unitPriceMinor",
  p.stock,
  p.reserved,
  p.is_active AS "isActive",
  p.min_quantity AS "minQuantity",
  p.max_quantity AS "maxQuantity",
  p.quantity_step AS "quantityStep"
FROM products p
WHERE p.sku = ANY ($1)
ORDER BY p.sku
FOR NO KEY UPDATE
