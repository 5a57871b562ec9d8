-- Used by: each run of the cleanup (`EndFrozenOnCleanupHandler`): keys older than 24 hours.
-- Locks: the keys, without those that are locked.

WITH
  removed AS (
    DELETE FROM idempotency_keys
    WHERE
      id = ANY (
        ARRAY(
          SELECT id
          FROM idempotency_keys
          WHERE created_at <= statement_timestamp() - $1 * interval '1 second'
          LIMIT $2
          FOR UPDATE SKIP LOCKED
        )
      )
    RETURNING id
  )
SELECT
  count(*)::int AS count,
  (extract(epoch FROM statement_timestamp()) * 1000)::bigint::float8 AS "databaseAt"
FROM removed
