-- Used by: `products:import` and `POST /api/admin/products`, for products that the transaction has
-- locked.
-- Locks: nothing more.

UPDATE products
SET
  name = coalesce(line.name, products.name),
  unit_price_minor = coalesce("unitPriceMinor", unit_price_minor),
  description = coalesce(line.description, products.description),
  image_url = "imageUrl",
  stock = line.stock,
  is_active = coalesce("isActive", is_active),
  min_quantity = "minQuantity",
  max_quantity = "maxQuantity",
  quantity_step = "quantityStep"
FROM
  jsonb_to_recordset($1::jsonb) AS line(
    sku text,
    name text,
    "unitPriceMinor" int,
    description text,
    "imageUrl" text,
    stock int,
    "isActive" boolean,
    "minQuantity" int,
    "maxQuantity" int,
    "quantityStep" int
  )
WHERE products.sku = line.sku
