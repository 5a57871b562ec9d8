-- Used by: login (`SessionStore.replace`).
-- Locks: the session. The user is locked before.

WITH
  old AS (
    SELECT id, basket_id, user_id
    FROM sessions
    WHERE id = $1 AND replaced_at IS NULL
    FOR UPDATE
  )
UPDATE sessions s
SET
  json = '{}',
  basket_id = NULL,
  user_id = NULL,
  replaced_at = statement_timestamp(),
  expired_at = (extract(epoch FROM statement_timestamp()) * 1000)::bigint + 60000
FROM old
WHERE s.id = old.id
RETURNING s.id, old.basket_id AS "basketId", old.user_id AS "userId"
