-- Used by: every transaction that changes a guest's basket (`lockBasket`).
-- Locks: the basket. The session is locked before.

SELECT
FROM baskets b
WHERE b.id = $1 AND b.owner_id IS NULL AND b.status IN ('open', 'frozen')
FOR UPDATE
