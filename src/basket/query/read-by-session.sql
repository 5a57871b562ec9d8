-- Used by: `GET /api/basket` with a cookie.
-- Locks: nothing.

WITH
  session AS MATERIALIZED (
    SELECT
      s.basket_id,
      s.user_id,
      s.expired_at,
      least(
        (extract(epoch FROM statement_timestamp()) * 1000)::bigint + $2::bigint,
        (extract(epoch FROM s.created_at) * 1000)::bigint + $3::bigint
      ) AS extended_expiry
    FROM sessions s
    WHERE
      s.id = $1
      AND s.replaced_at IS NULL
      AND s.expired_at > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
      AND (
        extract(epoch FROM s.created_at) * 1000
      )::bigint + $3::bigint > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
  )
SELECT
  s.user_id AS "userId",
  s.expired_at::float8 AS "expiredAt",
  s.extended_expiry::float8 AS "extendedExpiry",
  b.id,
  b.owner_id AS "ownerId",
  b.status,
  b.version,
  b.last_merge AS "lastMerge",
  b.submitted_at AS "submittedAt",
  b.cancelled_at AS "cancelledAt",
  nullif(b.metadata, '{}') AS metadata,
  b.currency,
  l.sku,
  l.variant,
  CASE WHEN l.variant <> '' THEN l.attributes END AS attributes,
  l.quantity,
  l.unit_price_minor_when_added AS "unitPriceMinorWhenAdded",
  l.name_pinned AS "namePinned",
  l.unit_price_minor_pinned AS "unitPriceMinorPinned",
  p.name,
  p.unit_price_minor AS "unitPriceMinor",
  p.stock,
  nullif(p.reserved, 0) AS reserved,
  p.is_active AS "isActive",
  nullif(p.min_quantity, 1) AS "minQuantity",
  p.max_quantity AS "maxQuantity",
  nullif(p.quantity_step, 1) AS "quantityStep"
FROM
  session s
  LEFT JOIN baskets b ON b.id = coalesce(
    (SELECT basket_id FROM session),
    coalesce(
      (
        SELECT o.id
        FROM baskets o
        WHERE o.owner_id = (SELECT user_id FROM session) AND o.status = 'open'
      ),
      (
        SELECT o.id
        FROM baskets o
        WHERE o.owner_id = (SELECT user_id FROM session) AND o.status = 'frozen'
        ORDER BY o.frozen_at DESC, o.id DESC
        LIMIT 1
      )
    )
  )
  AND b.owner_id IS NOT DISTINCT FROM s.user_id
  AND b.status IN ('open', 'frozen')
  LEFT JOIN basket_lines l ON l.basket_id = b.id
  LEFT JOIN products p ON p.sku = l.sku
ORDER BY l.added_at, l.sku, l.variant
