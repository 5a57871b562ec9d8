-- Used by: `POST /api/basket/thaw`, `POST /api/admin/baskets/:id/thaw`, and each run of the cleanup
-- (`OwnedFrozenExpiry`).
-- Locks: the basket, then its lines. The basket is locked before.

WITH
  thawed AS (
    UPDATE baskets
    SET
      status = 'open',
      currency = NULL,
      frozen_at = NULL,
      version = version + 1,
      updated_at = now(),
      last_merge = NULL
    WHERE id = $1
    RETURNING id
  )
UPDATE basket_lines l
SET name_pinned = NULL, unit_price_minor_pinned = NULL
FROM thawed
WHERE l.basket_id = thawed.id
