-- Used by: `GET /api/admin/orders`.
-- Locks: nothing. The advisory lock `SUBMIT_LOCK` is taken before, exclusively.

SELECT id, to_char(submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') AS "submittedAt"
FROM baskets
WHERE
  status = 'submitted'
  AND submitted_at IS NOT NULL
  AND (submitted_at, id) > ($1::timestamptz, $2::uuid)
ORDER BY submitted_at, id
LIMIT $3
