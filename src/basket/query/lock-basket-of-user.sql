-- Used by: every transaction that changes a user's basket (`lockBasket`).
-- Locks: the basket. The user is locked before.

SELECT
FROM baskets b
WHERE
  b.id = coalesce(
    (SELECT o.id FROM baskets o WHERE o.owner_id = $1 AND o.status = 'open'),
    (
      SELECT o.id
      FROM baskets o
      WHERE o.owner_id = $1 AND o.status = 'frozen'
      ORDER BY o.frozen_at DESC, o.id DESC
      LIMIT 1
    )
  )
FOR UPDATE
