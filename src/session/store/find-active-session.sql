-- Used by: a request with several signed cookies.
-- Locks: nothing.

SELECT s.id
FROM sessions s
WHERE
  s.id = ANY ($1::text[])
  AND s.expired_at > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
  AND (
    extract(epoch FROM s.created_at) * 1000
  )::bigint + $2::bigint > (extract(epoch FROM statement_timestamp()) * 1000)::bigint
ORDER BY s.replaced_at IS NOT NULL, array_position($1::text[], s.id)
LIMIT 1
