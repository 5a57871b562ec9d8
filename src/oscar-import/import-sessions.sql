-- Used by: `baskets:import` (`importStaged`), after the baskets.
-- Locks: no row that exists. It inserts sessions.

INSERT INTO sessions (id, expired_at, basket_id)
SELECT
  session_id,
  least(expired_at, (extract(epoch FROM statement_timestamp()) * 1000)::bigint + $1)::bigint,
  new_id
FROM classified_baskets
WHERE reason IS NULL AND is_guest
