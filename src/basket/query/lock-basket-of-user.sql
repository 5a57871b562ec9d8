-- Used by: every transaction that changes a user's basket (`lockBasket`).
-- Locks: the basket. The user is locked before.

SELECT
FROM baskets b
WHERE b.owner_id = $1 AND b.status <> 'submitted'
FOR UPDATE
