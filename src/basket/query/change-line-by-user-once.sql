-- Used by: `POST /api/basket/lines` with a token and an `Idempotency-Key`.
-- Locks: the user (shared), the basket, then the key and the line.

WITH
  session AS (
    SELECT
      NULL::text AS id,
      u.id AS user_id,
      (SELECT o.id FROM baskets o WHERE o.owner_id = u.id AND o.status <> 'submitted') AS basket_id
    FROM users u
    WHERE u.id = $1 AND u.token_generation = $7
    FOR SHARE OF u
  ),
  basket AS (
    SELECT b.id, b.version
    FROM baskets b
    WHERE
      b.id = (SELECT basket_id FROM session)
      AND b.owner_id IS NOT DISTINCT FROM (SELECT user_id FROM session)
      AND b.status = 'open'
      AND (
        SELECT count(*) < 1000 AND count(*) FILTER (WHERE k.key = $8) = 0
        FROM idempotency_keys k
        WHERE k.user_id = (SELECT user_id FROM session)
      )
  ),
  before AS (
    SELECT sku, quantity, unit_price_minor_when_added, added_at
    FROM basket_lines
    WHERE basket_id = (SELECT id FROM basket)
  ),
  wanted AS MATERIALIZED (
    SELECT
      unit_price_minor,
      stock,
      $3::bigint + CASE
        WHEN $4 THEN coalesce((SELECT quantity FROM before WHERE sku = $2), 0)
        ELSE 0
      END AS quantity
    FROM products
    WHERE sku = $2 AND is_active
  ),
  changed AS (
    UPDATE baskets b
    SET version = version + 1, updated_at = now(), last_merge = NULL
    FROM wanted w
    WHERE
      (b.id, b.version) = (SELECT id, version FROM basket)
      AND w.quantity <= $5
      AND (w.stock IS NULL OR w.quantity <= w.stock)
      AND (SELECT count(*) FROM before WHERE sku <> $2) < $6
    RETURNING b.id, b.owner_id, b.version, w.quantity, w.unit_price_minor
  ),
  saved AS (
    INSERT INTO basket_lines AS l (basket_id, sku, quantity, unit_price_minor_when_added)
    SELECT id, $2, quantity::int, unit_price_minor
    FROM changed
    ON CONFLICT (basket_id, sku) DO UPDATE
    SET quantity = excluded.quantity
    RETURNING sku, quantity, unit_price_minor_when_added, added_at
  ),
  stored_key AS (
    INSERT INTO idempotency_keys (session_id, user_id, key, request_hash, status, basket_id)
    SELECT CASE WHEN s.user_id IS NULL THEN s.id END, s.user_id, $8, $9, 201, c.id
    FROM changed c, session s
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
  p.is_active AS "isActive"
FROM
  (SELECT) one
  LEFT JOIN changed b ON true
  LEFT JOIN (SELECT * FROM saved UNION ALL SELECT * FROM before WHERE sku <> $2) l ON true
  LEFT JOIN LATERAL (SELECT * FROM products WHERE sku = l.sku OFFSET 0) p ON true
ORDER BY l.added_at, l.sku
