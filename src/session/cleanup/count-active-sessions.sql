-- Used by: `GET /api/admin/overview`, and each run of the cleanup at its end.
-- Locks: nothing.

SELECT count(*)::int AS count, count(basket_id)::int AS "guestBaskets"
FROM
  (
    SELECT basket_id
    FROM sessions
    WHERE expired_at > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
    ORDER BY expired_at DESC
    LIMIT 100001
  ) AS counted
