-- Used by: `POST /api/basket/lines` and `PUT /api/basket/lines/:lineId` with a token and without a
-- key.
-- Locks: the user (shared), the basket, then the line.

WITH
  session AS (
    SELECT
      NULL::text AS id,
      u.id AS user_id,
      (SELECT o.id FROM baskets o WHERE o.owner_id = u.id AND o.status = 'open') AS basket_id
    FROM users u
    WHERE u.id = $1 AND u.token_generation = $9
    FOR SHARE OF u
  ),
  basket AS (
    SELECT b.id, b.version
    FROM baskets b
    WHERE
      b.id = (SELECT basket_id FROM session)
      AND b.owner_id IS NOT DISTINCT FROM (SELECT user_id FROM session)
      AND b.status = 'open'
  ),
  before AS (
    SELECT sku, variant, attributes, quantity, unit_price_minor_when_added, added_at
    FROM basket_lines
    WHERE basket_id = (SELECT id FROM basket)
  ),
  wanted AS MATERIALIZED (
    SELECT
      unit_price_minor,
      stock,
      reserved,
      min_quantity,
      max_quantity,
      quantity_step,
      quantity,
      others,
      quantity + others_of_sku AS total
    FROM
      products p,
      (
        SELECT
          $5 + coalesce(
            sum(quantity) FILTER (WHERE $6 AND (sku, variant) = ($2, $3)),
            0
          ) AS quantity,
          coalesce(
            sum(quantity) FILTER (WHERE sku = $2 AND NOT (sku, variant) = ($2, $3)),
            0
          ) AS others_of_sku,
          count(*) FILTER (WHERE NOT (sku, variant) = ($2, $3)) AS others
        FROM before
      ) line
    WHERE sku = $2 AND is_active
  ),
  changed AS (
    UPDATE baskets b
    SET version = version + 1, updated_at = now(), last_merge = NULL
    FROM wanted w
    WHERE
      (b.id, b.version) = (SELECT id, version FROM basket)
      AND total <= $7
      AND total BETWEEN min_quantity AND coalesce(max_quantity, 2147483647)
      AND total % quantity_step = 0
      AND (stock IS NULL OR total <= stock - reserved)
      AND others < $8
    RETURNING b.id, b.owner_id, b.version, b.metadata, w.quantity, w.unit_price_minor
  ),
  saved AS (
    INSERT INTO
      basket_lines AS l (basket_id, sku, variant, attributes, quantity, unit_price_minor_when_added)
    SELECT id, $2, $3, $4::jsonb, quantity::int, unit_price_minor
    FROM changed
    ON CONFLICT (basket_id, sku, variant) DO UPDATE
    SET quantity = excluded.quantity
    RETURNING sku, variant, attributes, quantity, unit_price_minor_when_added, added_at
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
  nullif(p.quantity_step, 1) AS "quantityStep"
FROM
  (SELECT) one
  LEFT JOIN changed b ON true
  LEFT JOIN (
    SELECT *
    FROM saved
    UNION ALL
    SELECT *
    FROM before
    WHERE NOT (sku, variant) = ($2, $3)
  ) l ON true
  LEFT JOIN LATERAL (SELECT * FROM products WHERE sku = l.sku OFFSET 0) p ON true
ORDER BY l.added_at, l.sku, l.variant
