-- Used by: login (`AssignOrMergeOnLoginHandler`).
-- Locks: the keys of the guest's session, then the user's keys. User, session and baskets are
-- locked before.

WITH moved AS (DELETE FROM idempotency_keys WHERE session_id = $1 RETURNING *)
INSERT INTO
  idempotency_keys AS k (user_id, key, request_hash, status, basket_id, results, created_at)
SELECT $2, key, request_hash, status, basket_id, results, created_at
FROM moved
WHERE created_at > statement_timestamp() - interval '24 hours'
ORDER BY id
ON CONFLICT (user_id, key)
WHERE user_id IS NOT NULL DO UPDATE
SET
  request_hash = excluded.request_hash,
  status = excluded.status,
  basket_id = excluded.basket_id,
  results = excluded.results,
  created_at = greatest(k.created_at, excluded.created_at)
RETURNING k.id
