-- Used by: every change of a user with an `Idempotency-Key` in a transaction (`BasketChanges`).
-- Locks: nothing. The user is locked before.

SELECT request_hash AS hash, basket_id AS "basketId", results
FROM idempotency_keys
WHERE user_id = $1 AND key = $2 AND created_at > statement_timestamp() - interval '24 hours'
