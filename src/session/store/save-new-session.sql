-- Used by: express-session, for a session that is new to it.
-- Locks: the session.

INSERT INTO sessions (expired_at, created_at, id, json)
VALUES
  (
    (extract(epoch FROM statement_timestamp()) * 1000)::bigint + least($1::bigint, $2::bigint),
    statement_timestamp(),
    $3,
    $4
  )
ON CONFLICT (id) DO UPDATE
SET json = excluded.json, expired_at = excluded.expired_at, created_at = excluded.created_at
WHERE sessions.replaced_at IS NULL
RETURNING expired_at::float8 AS "expiredAt"
