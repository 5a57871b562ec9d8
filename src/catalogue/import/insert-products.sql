-- Used by: `products:import` and `POST /api/admin/products`, for products that are not in the table.
-- Locks: nothing that existed before. It waits for a transaction that creates one of the products.

INSERT INTO
  products (
    sku,
    name,
    unit_price_minor,
    description,
    image_url,
    stock,
    is_active,
    min_quantity,
    max_quantity,
    quantity_step
  )
SELECT
  sku,
  name,
  "unitPriceMinor",
  coalesce(description, ''),
  "imageUrl",
  stock,
  coalesce("isActive", true),
  "minQuantity",
  "maxQuantity",
  "quantityStep"
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
ORDER BY sku
ON CONFLICT (sku) DO NOTHING
RETURNING sku
