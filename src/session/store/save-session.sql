-- Used by: express-session, for a session that was loaded.
-- Locks: the session.

UPDATE sessions s
SET
  json = $4,
  expired_at = least(
    (extract(epoch FROM statement_timestamp()) * 1000)::bigint + $1::bigint,
    (extract(epoch FROM s.created_at) * 1000)::bigint + $2::bigint
  )
WHERE s.id = $3 AND s.replaced_at IS NULL
RETURNING s.expired_at::float8 AS "expiredAt"
