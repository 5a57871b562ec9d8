-- Used by: `baskets:sweep --dry-run`, one batch.
-- Locks: the orphans of the batch, without those that are locked, until the end of the statement.

WITH
  batch AS (SELECT id FROM baskets WHERE id > $1 ORDER BY id LIMIT $2),
  orphans AS (
    SELECT b.id
    FROM baskets b JOIN batch USING (id)
    WHERE
      b.updated_at < statement_timestamp() - $3 * interval '1 millisecond'
      AND b.owner_id IS NULL
      AND b.status = 'open'
      AND NOT EXISTS (SELECT FROM sessions s WHERE s.basket_id = b.id)
    ORDER BY b.id
    LIMIT $4
    FOR UPDATE OF b SKIP LOCKED
  ),
  found AS (SELECT id FROM orphans)
SELECT
  (SELECT count(*)::int FROM batch) AS checked,
  (SELECT count(*)::int FROM found) AS baskets,
  (extract(epoch FROM statement_timestamp()) * 1000)::bigint::float8 AS "databaseAt",
  (
    SELECT id
    FROM
      batch
      -- A batch that reached the limit may have more orphans after the last one that it took.
    WHERE
      (SELECT count(*) FROM orphans) < $4
      OR id = (SELECT id FROM orphans ORDER BY id DESC LIMIT 1)
    ORDER BY id DESC
    LIMIT 1
  ) AS "lastId"
