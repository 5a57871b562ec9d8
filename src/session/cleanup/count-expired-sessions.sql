-- Used by: the metrics, `GET /api/admin/overview` and `sessions:clear --dry-run`.
-- Locks: nothing.

SELECT
  count(*)::int AS count,
  min(expired_at)::float8 AS oldest,
  (extract(epoch FROM statement_timestamp()) * 1000)::bigint::float8 AS now
FROM
  (
    SELECT expired_at
    FROM sessions
    WHERE expired_at <= (extract(epoch FROM statement_timestamp()) * 1000)::bigint
    ORDER BY expired_at
    LIMIT 100001
  ) AS counted
