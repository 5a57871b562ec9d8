-- Used by: every change of a user with an `Idempotency-Key` in a transaction, at its end
-- (`BasketChanges`).
-- Locks: the oldest keys of the user, then the key. The user and the basket are locked before.

WITH
  forgotten AS (
    DELETE FROM idempotency_keys
    WHERE
      id = ANY (
        ARRAY(
          SELECT id
          FROM idempotency_keys
          WHERE user_id = $1 AND key <> $2
          ORDER BY created_at DESC, id DESC
          OFFSET $6
        ) || ARRAY(
          SELECT id
          FROM idempotency_keys
          WHERE user_id = $1 AND key <> $2 AND results IS NOT NULL AND $7::jsonb IS NOT NULL
          ORDER BY created_at DESC, id DESC
          OFFSET $8
        )
      )
  )
INSERT INTO
  idempotency_keys AS k (user_id, key, request_hash, status, basket_id, results, created_at)
VALUES ($1, $2, $3, $4, $5, $7::jsonb, statement_timestamp())
ON CONFLICT (user_id, key)
WHERE user_id IS NOT NULL DO UPDATE
SET
  request_hash = excluded.request_hash,
  status = excluded.status,
  basket_id = excluded.basket_id,
  results = excluded.results,
  created_at = excluded.created_at
WHERE NOT (k.created_at > statement_timestamp() - interval '24 hours')
RETURNING k.id
