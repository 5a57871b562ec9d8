-- Used by: `POST /api/basket/lines` and `PUT /api/basket/lines/:sku` of a guest without a session:
-- the first add.
-- Locks: no row that exists. It inserts basket, session and line.

WITH
  wanted AS (
    SELECT name, unit_price_minor, stock, is_active
    FROM products
    WHERE sku = $6 AND is_active AND (stock IS NULL OR stock >= $7::int)
  ),
  created AS (INSERT INTO baskets (id) SELECT $5::uuid FROM wanted RETURNING id, owner_id, version),
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
    INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
    SELECT created.id, $6, $7::int, unit_price_minor
    FROM created, wanted
    RETURNING sku, quantity, unit_price_minor_when_added
  )
SELECT
  b.id,
  b.owner_id AS "ownerId",
  'open' AS status,
  b.version,
  NULL AS "lastMerge",
  NULL AS "submittedAt",
  NULL AS currency,
  l.sku,
  l.quantity,
  l.unit_price_minor_when_added AS "unitPriceMinorWhenAdded",
  NULL AS "namePinned",
  NULL AS "unitPriceMinorPinned",
  p.name,
  p.unit_price_minor AS "unitPriceMinor",
  p.stock,
  p.is_active AS "isActive",
  s.expired_at::float8 AS "sessionExpiresAt"
FROM created b, session s, saved l, wanted p
