-- Used by: each batch of the cleanup (`removeBatch`), at its beginning.
-- Locks: the expired sessions of the batch, by expiry, without those that are locked.

WITH
  chosen AS (
    SELECT ctid, basket_id, expired_at
    FROM sessions
    WHERE
      expired_at BETWEEN $1 AND (extract(epoch FROM statement_timestamp()) * 1000)::bigint
      AND id <> ALL ($2)
    ORDER BY expired_at
    LIMIT $3
    FOR UPDATE SKIP LOCKED
  ),
  filled AS (
    INSERT INTO pg_temp.session_batch (session_ctid, basket_id)
    SELECT ctid, basket_id
    FROM chosen
  )
SELECT
  count(*)::int AS sessions,
  coalesce(max(expired_at), 0)::float8 AS "lastExpiredAt",
  (extract(epoch FROM statement_timestamp()) * 1000)::bigint::float8 AS "databaseAt"
FROM chosen
