-- Used by: `PUT /api/basket/lines/:lineId` of a line with attributes, with a cookie.
-- Locks: the session, the basket, then the line.

WITH
  session AS (
    SELECT
      s.id,
      s.user_id,
      coalesce(
        s.basket_id,
        (SELECT o.id FROM baskets o WHERE o.owner_id = s.user_id AND o.status = 'open')
      ) AS basket_id,
      s.expired_at,
      s.created_at
    FROM sessions s
    WHERE
      s.id = $1
      AND s.replaced_at IS NULL
      AND s.expired_at > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
      AND (
        extract(epoch FROM s.created_at) * 1000
      )::bigint + $10::bigint > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
    FOR UPDATE
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
          $5 + coalesce(sum(quantity) FILTER (WHERE $6 AND variant = $3), 0) AS quantity,
          coalesce(
            sum(quantity) FILTER (
              WHERE sku = (SELECT sku FROM before WHERE variant = $2) AND NOT variant = $3
            ),
            0
          ) AS others_of_sku,
          count(*) FILTER (WHERE NOT variant = $3) AS others
        FROM before
      ) line
    WHERE sku = (SELECT sku FROM before WHERE variant = $2) AND is_active
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
    SELECT
      id,
      (SELECT sku FROM before WHERE variant = $2),
      $3,
      $4::jsonb,
      quantity::int,
      unit_price_minor
    FROM changed
    ON CONFLICT (basket_id, sku, variant) DO UPDATE
    SET quantity = excluded.quantity
    RETURNING sku, variant, attributes, quantity, unit_price_minor_when_added, added_at
  ),
  extended AS (
    UPDATE sessions s
    SET
      expired_at = least(
        (extract(epoch FROM statement_timestamp()) * 1000)::bigint + $9::bigint,
        (extract(epoch FROM s.created_at) * 1000)::bigint + $10::bigint
      )
    WHERE
      s.id = (
        SELECT s.id
        FROM session s
        WHERE
          least(
            (extract(epoch FROM statement_timestamp()) * 1000)::bigint + $9::bigint,
            (extract(epoch FROM s.created_at) * 1000)::bigint + $10::bigint
          ) - s.expired_at > $11::bigint
          AND EXISTS (SELECT FROM changed)
      )
    RETURNING s.expired_at
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
  CASE
    WHEN b.id IS NULL THEN EXISTS (
      SELECT
      FROM sessions s
      WHERE
        s.id = $1
        AND s.replaced_at IS NULL
        AND s.expired_at > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
        AND (
          extract(epoch FROM s.created_at) * 1000
        )::bigint + $10::bigint > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
    )
  END AS "wasActive",
  coalesce(
    (SELECT expired_at FROM extended),
    (SELECT expired_at FROM session)
  )::float8 AS "sessionExpiresAt"
FROM
  (SELECT) one
  LEFT JOIN changed b ON true
  LEFT JOIN (SELECT * FROM saved UNION ALL SELECT * FROM before WHERE NOT variant = $3) l ON true
  LEFT JOIN LATERAL (SELECT * FROM products WHERE sku = l.sku OFFSET 0) p ON true
ORDER BY l.added_at, l.sku, l.variant
