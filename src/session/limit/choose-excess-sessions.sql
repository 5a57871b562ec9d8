-- Used by: login, after its commit (`SessionLimit`).
-- Locks: the sessions beyond the limit, without those that are locked.

WITH
  excess AS (
    SELECT ctid AS session_ctid
    FROM sessions
    WHERE user_id = $1 AND id <> $2
    ORDER BY
      expired_at > (extract(epoch FROM statement_timestamp()) * 1000)::bigint DESC,
      expired_at > extract(epoch FROM created_at)::float8 * 1000 + $4::float8 + 1 DESC,
      expired_at DESC,
      id
    LIMIT $5
    OFFSET $3::int - 1
  ),
  chosen AS (
    SELECT ctid
    FROM sessions
    WHERE ctid = ANY (ARRAY(SELECT session_ctid FROM excess)) AND user_id = $1
    FOR UPDATE SKIP LOCKED
  ),
  filled AS (INSERT INTO pg_temp.session_batch (session_ctid) SELECT ctid FROM chosen)
SELECT count(*)::int AS count
FROM chosen
