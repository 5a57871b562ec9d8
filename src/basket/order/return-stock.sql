-- Used by: `POST /api/admin/orders/:id/cancel`.
-- Locks: the products. Order and products are locked before.

UPDATE products p
SET stock = r.total
FROM
  (
    SELECT p.sku, p.stock + t.quantity AS total
    FROM
      products p
      JOIN (
        SELECT sku, sum(quantity) AS quantity
        FROM basket_lines
        WHERE basket_id = $1 AND is_stock_taken IS NOT FALSE
        GROUP BY sku
      ) t USING (sku)
    WHERE p.stock IS NOT NULL
  ) r
WHERE p.sku = r.sku
