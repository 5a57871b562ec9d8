-- Used by: login, after `move-keys`.
-- Locks: the user's oldest keys. User, session and baskets are locked before.

DELETE FROM idempotency_keys
WHERE
  id = ANY (
    ARRAY(
      SELECT id
      FROM idempotency_keys
      WHERE user_id = $1 AND true
      ORDER BY created_at DESC, id DESC
      OFFSET $2
    ) || ARRAY(
      SELECT id
      FROM idempotency_keys
      WHERE user_id = $1 AND results IS NOT NULL
      ORDER BY created_at DESC, id DESC
      OFFSET $3
    )
  )
