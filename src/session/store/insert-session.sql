-- Used by: the first write of a guest in a transaction, and login.
-- Locks: no row that exists, but the basket or user that it names (its key, shared).

INSERT INTO sessions (expired_at, created_at, id, json, basket_id, user_id)
VALUES
  (
    (extract(epoch FROM statement_timestamp()) * 1000)::bigint + least($1::bigint, $2::bigint),
    statement_timestamp(),
    $3,
    $4,
    $5,
    $6
  )
RETURNING expired_at::float8 AS "expiredAt"
