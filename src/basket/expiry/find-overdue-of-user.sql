-- Used by: each run of the cleanup (`OwnedFrozenExpiry`), once for each such owner.
-- Locks: nothing. The user is locked before, and the baskets afterwards.

SELECT
  ARRAY(
    SELECT id
    FROM baskets
    WHERE
      owner_id = $2
      AND status = 'frozen'
      AND frozen_at <= statement_timestamp() - $1 * interval '1 second'
    ORDER BY frozen_at, id
  ) AS ids,
  (extract(epoch FROM statement_timestamp()) * 1000)::bigint::float8 AS "databaseAt"
