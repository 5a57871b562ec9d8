-- Used by: `products:import` of a file with these columns, after it has locked the products and
-- computed their stock.
-- Locks: the products that were created meanwhile.

INSERT INTO products (sku, name, unit_price_minor, stock, max_quantity)
SELECT sku, name, unit_price_minor, stock, max_quantity
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
  stock = coalesce(excluded.stock, products.stock),
  max_quantity = excluded.max_quantity
