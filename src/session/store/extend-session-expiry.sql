-- Used by: every request that moves the expiry by enough to be worth a write.
-- Locks: the session.

UPDATE sessions s
SET
  expired_at = least(
    (extract(epoch FROM statement_timestamp()) * 1000)::bigint + $1::bigint,
    (extract(epoch FROM s.created_at) * 1000)::bigint + $2::bigint
  )
WHERE
  s.id = $3
  AND s.replaced_at IS NULL
  AND s.expired_at < least(
    (extract(epoch FROM statement_timestamp()) * 1000)::bigint + $1::bigint,
    (extract(epoch FROM s.created_at) * 1000)::bigint + $2::bigint
  )
RETURNING s.expired_at::float8 AS "expiredAt"
