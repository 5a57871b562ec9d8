-- Used by: `POST /api/basket/lines` and `PUT /api/basket/lines/:lineId` of a guest without a session:
-- the first add.
-- Locks: no row that exists. It inserts basket, session and line.

WITH
  wanted AS (
    SELECT *
    FROM products
    WHERE
      sku = $6
      AND is_active
      AND $9::int BETWEEN min_quantity AND coalesce(max_quantity, 2147483647)
      AND $9::int % quantity_step = 0
      AND (stock IS NULL OR $9::int <= stock - reserved)
  ),
  created AS (
    INSERT INTO baskets (id)
    SELECT $5::uuid
    FROM wanted
    RETURNING id, owner_id, version, metadata
  ),
  session AS (
    INSERT INTO sessions (expired_at, created_at, id, json, basket_id)
    SELECT
      (extract(epoch FROM statement_timestamp()) * 1000)::bigint + least($1::bigint, $2::bigint),
      statement_timestamp(),
      $3,
      $4,
      id
    FROM created
    RETURNING expired_at
  ),
  saved AS (
    INSERT INTO
      basket_lines (basket_id, sku, variant, attributes, quantity, unit_price_minor_when_added)
    SELECT created.id, $6, $7, $8::jsonb, $9::int, unit_price_minor
    FROM created, wanted
    RETURNING sku, variant, attributes, quantity, unit_price_minor_when_added
  )
SELECT
  b.id,
  b.owner_id AS "ownerId",
  b.version,
  nullif(b.metadata, '{}') AS metadata,
  l.sku,
  l.variant,
  CASE WHEN l.variant <> '' THEN l.attributes END AS attributes,
  l.quantity,
  l.unit_price_minor_when_added AS "unitPriceMinorWhenAdded",
  p.name,
  p.unit_price_minor AS "unitPriceMinor",
  p.stock,
  nullif(p.reserved, 0) AS reserved,
  p.is_active AS "isActive",
  nullif(p.min_quantity, 1) AS "minQuantity",
  p.max_quantity AS "maxQuantity",
  nullif(p.quantity_step, 1) AS "quantityStep",
  s.expired_at::float8 AS "sessionExpiresAt"
FROM created b, session s, saved l, wanted p
