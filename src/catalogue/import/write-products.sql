-- Used by: `products:import` of a file with these columns. Each set of columns has its own
-- statement.
-- Locks: the products, by sku.

INSERT INTO products (sku, name, unit_price_minor, stock, is_active)
SELECT sku, name, unit_price_minor, stock, coalesce(is_active, true)
FROM
  jsonb_to_recordset($1::jsonb) AS line(
    sku text,
    name text,
    unit_price_minor int,
    description text,
    image_url text,
    stock int,
    is_active boolean,
    min_quantity int,
    max_quantity int,
    quantity_step int
  )
ORDER BY sku
ON CONFLICT (sku) DO UPDATE
SET
  name = excluded.name,
  unit_price_minor = excluded.unit_price_minor,
  stock = excluded.stock,
  is_active = CASE WHEN excluded.sku = ANY ($2) THEN products.is_active ELSE excluded.is_active END
