-- Used by: each run of the cleanup (`EndFrozenOnCleanupHandler`): baskets of users that were frozen
-- for too long.
-- Locks: the baskets, without those that are locked, then their lines.

WITH
  thawed AS (
    UPDATE baskets
    SET
      status = 'open',
      currency = NULL,
      frozen_at = NULL,
      version = version + 1,
      updated_at = now(),
      last_merge = NULL
    WHERE
      id = ANY (
        ARRAY(
          SELECT id
          FROM baskets
          WHERE
            frozen_at <= statement_timestamp() - $1 * interval '1 second'
            AND status = 'frozen'
            AND owner_id IS NOT NULL
          LIMIT $2
          FOR UPDATE SKIP LOCKED
        )
      )
    RETURNING id
  ),
  lines AS (
    UPDATE basket_lines l
    SET name_pinned = NULL, unit_price_minor_pinned = NULL
    FROM thawed
    WHERE l.basket_id = thawed.id
  )
SELECT
  count(*)::int AS count,
  (extract(epoch FROM statement_timestamp()) * 1000)::bigint::float8 AS "databaseAt"
FROM thawed
