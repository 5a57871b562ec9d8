-- Used by: every request that loads the session of its cookie.
-- Locks: nothing.

SELECT
  s.id,
  s.json,
  s.expired_at::float8 AS "expiredAt",
  least(
    (extract(epoch FROM statement_timestamp()) * 1000)::bigint + $2::bigint,
    (extract(epoch FROM s.created_at) * 1000)::bigint + $3::bigint
  )::float8 AS "extendedExpiry",
  s.basket_id AS "basketId",
  s.user_id AS "userId",
  s.replaced_at IS NOT NULL AS "isReplaced"
FROM sessions s
WHERE
  s.id = $1
  AND s.expired_at > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
  AND (
    extract(epoch FROM s.created_at) * 1000
  )::bigint + $3::bigint > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
