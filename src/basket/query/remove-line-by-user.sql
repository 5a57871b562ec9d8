-- Used by: `DELETE /api/basket/lines/:sku`, and `PUT` with the quantity 0, with a token.
-- Locks: the user (shared), the basket, then the line.

WITH
  session AS (
    SELECT
      NULL::text AS id,
      u.id AS user_id,
      (SELECT o.id FROM baskets o WHERE o.owner_id = u.id AND o.status <> 'submitted') AS basket_id
    FROM users u
    WHERE u.id = $1 AND u.token_generation = $3
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
    SELECT sku, quantity, unit_price_minor_when_added, added_at
    FROM basket_lines
    WHERE basket_id = (SELECT id FROM basket)
  ),
  changed AS (
    UPDATE baskets b
    SET version = version + 1, updated_at = now(), last_merge = NULL
    WHERE
      (b.id, b.version) = (SELECT id, version FROM basket)
      AND EXISTS (SELECT FROM before WHERE sku = $2)
    RETURNING b.id, b.owner_id, b.version
  ),
  removed AS (
    DELETE FROM basket_lines l USING changed
    WHERE l.basket_id = changed.id AND l.sku = $2
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
  LEFT JOIN (SELECT * FROM before WHERE sku <> $2) l ON true
  LEFT JOIN LATERAL (SELECT * FROM products WHERE sku = l.sku OFFSET 0) p ON true
ORDER BY l.added_at, l.sku
