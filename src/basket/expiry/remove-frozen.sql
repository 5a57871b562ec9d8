-- Used by: each run of the cleanup (`EndFrozenOnCleanupHandler`): frozen baskets of guests without
-- a session, and of erased users.
-- Locks: the baskets, without those that are locked, then their lines by the cascade.

WITH
  removed AS (
    DELETE FROM baskets
    WHERE
      id = ANY (
        ARRAY(
          SELECT id
          FROM baskets b
          WHERE
            frozen_at <= statement_timestamp() - $1 * interval '1 second'
            AND status = 'frozen'
            AND owner_id IS NULL
            AND NOT EXISTS (SELECT FROM sessions WHERE basket_id = b.id)
          LIMIT $2
          FOR UPDATE SKIP LOCKED
        )
      )
    RETURNING id
  )
SELECT
  count(*)::int AS count,
  (extract(epoch FROM statement_timestamp()) * 1000)::bigint::float8 AS "databaseAt",
  array_agg(id) AS "basketIds"
FROM removed
